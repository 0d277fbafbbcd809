import CSodium

/// libsodium behind safe values.
enum Sodium {
    static let signatureByteCount = Int(crypto_sign_BYTES)
    static let publicKeyByteCount = Int(crypto_sign_PUBLICKEYBYTES)

    /// Initializes libsodium once. Every function that makes a key or a hash checks it first.
    private static let isInitialized = sodium_init() >= 0

    private static func initialize() {
        precondition(isInitialized, "libsodium could not be initialized: the system gives no random numbers")
    }

    static func randomBytes(_ count: Int) -> [UInt8] {
        initialize()
        var bytes = [UInt8](repeating: 0, count: count)
        randombytes_buf(&bytes, count)
        return bytes
    }

    /// Derives a separate key for each purpose from one secret, so a signature is valid for one purpose only.
    static func derivedKey(from secret: SecretKey, number: UInt64, context: StaticString) -> SecretKey {
        initialize()
        precondition(context.utf8CodeUnitCount == Int(crypto_kdf_CONTEXTBYTES), "a context has eight bytes")
        var derived = [UInt8](repeating: 0, count: SecretKey.byteCount)
        secret.withUnsafePointer {
            _ = crypto_kdf_derive_from_key(&derived, SecretKey.byteCount, number, "\(context)", $0)
        }
        return SecretKey(filling: derived)
    }

    /// The Ed25519 key pair of `seed`.
    static func signingKeys(seed: SecretKey) -> (public: [UInt8], secret: [UInt8]) {
        initialize()
        var publicKey = [UInt8](repeating: 0, count: publicKeyByteCount)
        var secretKey = [UInt8](repeating: 0, count: Int(crypto_sign_SECRETKEYBYTES))
        seed.withUnsafePointer { _ = crypto_sign_seed_keypair(&publicKey, &secretKey, $0) }
        return (publicKey, secretKey)
    }

    static func blake2b(of message: [UInt8], byteCount: Int) -> [UInt8] {
        initialize()
        var hash = [UInt8](repeating: 0, count: byteCount)
        crypto_generichash(&hash, byteCount, message, UInt64(message.count), nil, 0)
        return hash
    }

    static func signature(of message: [UInt8], secretKey: [UInt8]) -> [UInt8] {
        var signature = [UInt8](repeating: 0, count: signatureByteCount)
        crypto_sign_detached(&signature, nil, message, UInt64(message.count), secretKey)
        return signature
    }

    static func isSignature(_ signature: [UInt8], of message: [UInt8], publicKey: [UInt8]) -> Bool {
        precondition(signature.count == signatureByteCount && publicKey.count == publicKeyByteCount)
        return crypto_sign_verify_detached(signature, message, UInt64(message.count), publicKey) == 0
    }

    /// Nil if there is too little memory.
    static func passwordHash(of password: [UInt8], cost: PasswordCost) -> String? {
        initialize()
        var text = [CChar](repeating: 0, count: Int(crypto_pwhash_STRBYTES))
        let characters = password.map(CChar.init(bitPattern:))
        let result = crypto_pwhash_str(
            &text, characters, UInt64(characters.count), UInt64(cost.passes), cost.memoryBytes)
        guard result == 0 else { return nil }
        return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    static func passwordHash(_ hash: String, isOf password: [UInt8]) -> Bool {
        initialize()
        let characters = password.map(CChar.init(bitPattern:))
        return crypto_pwhash_str_verify(hash, characters, UInt64(characters.count)) == 0
    }
}
