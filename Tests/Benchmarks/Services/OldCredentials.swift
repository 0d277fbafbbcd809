import CSodium
import Files
import Glibc
import Identity
import Kernel

/// Keys and credentials of programs before sessions, because `against` also measures such programs.
///
///     kind u8 = 1 | key id u32 | role u8 | user (16) | expiry i64 | tag (32)
enum OldCredentials {
    /// True if the environment says that the programs accept no newer credentials.
    static let areUsed = getenv("BENCHMARKS_CREDENTIALS").map { String(cString: $0) } == "old"

    private static let keyID: [UInt8] = [0xa0, 0, 0, 1]
    private static let secret = [UInt8](repeating: 1, count: 32)
    private static let key = {
        var key = [UInt8](repeating: 0, count: Int(crypto_auth_hmacsha512256_KEYBYTES))
        crypto_kdf_derive_from_key(&key, key.count, 1, "onsale01", secret)
        return key
    }()

    /// Creates a key file with the two kinds of keys that these programs read.
    static func createKeys(at path: String) throws -> KeyFile {
        let ones = String(repeating: "01", count: secret.count)
        try AtomicFile.write("auth a0000001 \(ones)\nticket a0000002 \(ones)\n", to: path, replacing: false)
        return try KeyFile.read(path)
    }

    static func sign(_ user: UserID, _ role: Role, expiry: Timestamp) -> [UInt8] {
        let expiry = withUnsafeBytes(of: expiry.milliseconds.bigEndian, Array.init)
        let content = [1] + keyID + [role.rawValue] + user.bytes + expiry
        var tag = [UInt8](repeating: 0, count: Int(crypto_auth_hmacsha512256_BYTES))
        crypto_auth_hmacsha512256(&tag, content, UInt64(content.count), key)
        return content + tag
    }
}
