/// Signs short messages for one purpose and checks them, with the keys that all services share.
///
///     kind u8 | key id u32 | body | tag (32)        big endian; the tag covers everything before it
///
/// A value without locks: any number of threads check at the same time.
struct Seal: Sendable {
    enum Purpose: UInt8 {
        case credential = 1
        case pass = 2
    }

    static let headerByteCount = 5

    private let purpose: Purpose
    private let keys: [(id: KeyID, key: SecretKey)]

    init(_ keyFile: KeyFile, for purpose: Purpose) {
        self.purpose = purpose
        keys = keyFile.auth.map { key in
            (key.id, Sodium.derivedKey(from: key.secret, number: UInt64(purpose.rawValue), context: "onsale01"))
        }
    }

    func sign(_ body: [UInt8]) -> [UInt8] {
        var token = [purpose.rawValue]
        token.reserveCapacity(Self.headerByteCount + body.count + Sodium.tagByteCount)
        token += keys[0].id.rawValue.bigEndianBytes
        token += body
        token += Sodium.tag(of: token, key: keys[0].key)
        return token
    }

    /// Returns when `token` is genuine; its body then begins at `headerByteCount`.
    func check(_ token: RawSpan, bodyByteCount: Int) throws(TokenError) {
        guard token.byteCount == Self.headerByteCount + bodyByteCount + Sodium.tagByteCount,
            token.bigEndian(at: 0) == purpose.rawValue
        else { throw .malformed }
        let id = KeyID(rawValue: token.bigEndian(at: 1))
        for candidate in keys where candidate.id == id {
            guard Sodium.endsWithItsTag(token, key: candidate.key) else { throw .forged }
            return
        }
        throw .unknownKey(id)
    }
}
