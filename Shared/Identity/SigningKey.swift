/// An Ed25519 key pair, which signs certificates or belongs to one.
package struct SigningKey: Sendable {
    package let publicKey: [UInt8]
    let seed: SecretKey
    private let secretKey: [UInt8]

    package static func random() -> SigningKey { SigningKey(seed: .random()) }

    init(seed: SecretKey) {
        self.seed = seed
        (publicKey, secretKey) = Sodium.signingKeys(seed: seed)
    }

    package func signature(of message: [UInt8]) -> [UInt8] {
        Sodium.signature(of: message, secretKey: secretKey)
    }

    /// The id of the public key in certificates: the first 20 bytes of its hash, as in RFC 7093.
    package var publicKeyID: [UInt8] { Array(SHA256Hash(of: publicKey).bytes.prefix(20)) }

    /// The 32 secret bytes that files of other programs contain.
    package var seedBytes: [UInt8] { seed.withUnsafePointer { Array(UnsafeBufferPointer(start: $0, count: 32)) } }
}

extension SigningKey: CustomStringConvertible, CustomReflectable {
    package var description: String { "secret" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
