import Kernel

/// Signs and checks short messages of one purpose with the keys that all services share.
///
///     kind u8 | key id u32 | body | tag (32)        big endian; the tag covers everything before it
///
/// It is a value without locks: any number of threads can check at the same time.
struct Seal: Sendable {
    enum Purpose: UInt8 {
        case credential = 1
        case pass = 2
    }

    static let headerByteCount = 5

    private let purpose: Purpose
    private let keys: [(id: KeyID, key: TagKey)]

    init(_ keyFile: KeyFile, for purpose: Purpose) {
        self.purpose = purpose
        keys = keyFile.auth.map { key in
            let derived = Sodium.derivedKey(from: key.secret, number: UInt64(purpose.rawValue), context: "onsale01")
            return (key.id, TagKey(derived))
        }
    }

    func sign(_ body: [UInt8]) -> [UInt8] {
        var token = [purpose.rawValue]
        token.reserveCapacity(Self.headerByteCount + body.count + TagKey.tagByteCount)
        token += keys[0].id.rawValue.bigEndianBytes
        token += body
        token += keys[0].key.tag(of: token)
        return token
    }

    /// Returns if `token` is genuine and throws otherwise. The body begins at `headerByteCount`.
    func check(_ token: RawSpan, bodyByteCount: Int) throws(TokenError) {
        guard token.byteCount == Self.headerByteCount + bodyByteCount + TagKey.tagByteCount,
            token.bigEndian(at: 0) == purpose.rawValue
        else { throw .malformed }
        let id = KeyID(rawValue: token.bigEndian(at: 1))
        for candidate in keys where candidate.id == id {
            guard candidate.key.endsWithItsTag(token) else { throw .forged }
            return
        }
        throw .unknownKey(id)
    }
}

/// The reason why a credential, a pass or a ticket code is refused.
package enum TokenError: Error, Equatable, CustomStringConvertible {
    /// The length, kind or alphabet is wrong.
    case malformed
    /// The signing key is not in the key file: it was dropped, or belongs to another system.
    case unknownKey(KeyID)
    /// The signature does not match the content: the token is forged or altered.
    case forged
    /// The token is genuine and has expired.
    case expired(at: Timestamp)
    /// The token is genuine and belongs to another user.
    case ofAnotherUser

    package var description: String {
        switch self {
        case .malformed: "it is damaged or of another kind"
        case .unknownKey(let id): "it is signed with key \(id), which the key file does not contain"
        case .forged: "it is forged or altered: the signature does not match"
        case .expired(let time): "it expired at \(time)"
        case .ofAnotherUser: "it belongs to another user"
        }
    }
}

extension FixedWidthInteger {
    var bigEndianBytes: [UInt8] { withUnsafeBytes(of: bigEndian) { Array($0) } }
}

extension RawSpan {
    func bigEndian<Integer: FixedWidthInteger & BitwiseCopyable>(at offset: Int) -> Integer {
        Integer(bigEndian: unsafeLoadUnaligned(fromByteOffset: offset, as: Integer.self))
    }

    func id<Entity>(at offset: Int) -> ID<Entity> {
        ID(high: bigEndian(at: offset), low: bigEndian(at: offset + 8))
    }
}
