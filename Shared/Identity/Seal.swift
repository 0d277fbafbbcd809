import Kernel

/// Signs and checks short tokens of one kind, with one tag.
///
///     kind u8 | key id u32 | body | tag (32)        big endian; the tag covers everything before it
///
/// It is a value without locks: any number of threads can check at the same time.
struct Seal: Sendable {
    static let headerByteCount = 5

    private let kind: TokenKind
    private let keys: [(id: KeyID, key: TagKey)]

    /// The first key signs, all of them verify.
    init(_ kind: TokenKind, _ keys: [KeyFile.Key]) {
        self.kind = kind
        self.keys = keys.map { ($0.id, TagKey($0.secret)) }
    }

    func sign(_ body: [UInt8]) -> [UInt8] {
        var token = [kind.rawValue]
        token.reserveCapacity(Self.headerByteCount + body.count + TagKey.tagByteCount)
        token += keys[0].id.rawValue.bigEndianBytes
        token += body
        token += keys[0].key.tag(of: token)
        return token
    }

    /// Returns if `token` is genuine and throws otherwise. The body begins at `headerByteCount`.
    func check(_ token: RawSpan, bodyByteCount: Int) throws(TokenError) {
        let contentByteCount = Self.headerByteCount + bodyByteCount
        guard token.byteCount == contentByteCount + TagKey.tagByteCount,
            token.bigEndian(at: 0) == kind.rawValue
        else { throw .malformed }
        let id = KeyID(rawValue: token.bigEndian(at: 1))
        for candidate in keys where candidate.id == id {
            guard candidate.key.isTag(at: contentByteCount, ofFirst: contentByteCount, in: token) else { throw .forged }
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
