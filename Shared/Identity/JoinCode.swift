import Kernel

/// Lets a number of users join one room.
package struct JoinCode: Hashable, Sendable {
    package let room: RoomID
    /// Tells the codes of a room apart.
    package let number: UInt64
    /// Maximum of users who can join with it.
    package let uses: Int64
    /// The time from which users cannot join with it.
    package let expiry: Timestamp

    package init(room: RoomID, number: UInt64, uses: Int64, expiry: Timestamp) {
        self.room = room
        self.number = number
        self.uses = uses
        self.expiry = expiry
    }

    /// The code with this index among those of a request. The number follows from the request, so its retry makes the same
    /// codes, and another request makes others.
    package init(_ index: Int, of request: RequestID, for room: RoomID, uses: Int64, expiry: Timestamp) {
        let numbers = [uses, expiry.milliseconds, Int64(index)].flatMap(\.bigEndianBytes)
        let hash = SHA256Hash(of: request.bytes + room.bytes + numbers).bytes
        self.init(room: room, number: hash.span.bytes.bigEndian(at: 0), uses: uses, expiry: expiry)
    }

    /// A code as it is signed. People type it in groups, or in lower case.
    package static func normalized(_ typed: String) -> String {
        typed.filter { !$0.isWhitespace && $0 != "-" }.uppercased()
    }

    /// The room that a text names, whether it is genuine or not. Nil if it is no code.
    package static func room(in text: String) -> RoomID? {
        guard let token = JoinCodes.token(text) else { return nil }
        return token.span.bytes.id(at: Seal.headerByteCount)
    }
}

/// Signs and verifies codes of 124 upper-case letters and digits, in Base32:
///
///     kind u8 = 5 | key id u32 | room (16) | number u64 | uses i64 | expiry i64 | tag (32)
///
/// The keys follow from those of the log of lines, because only QueueService has these.
package struct JoinCodes: Sendable {
    private static let bodyByteCount = 40
    private static let byteCount = Seal.headerByteCount + bodyByteCount + TagKey.tagByteCount

    private let seal: Seal

    package init(_ keyFile: KeyFile) {
        seal = Seal(
            .joinCode,
            keyFile.keys(for: .line).map { key in
                KeyFile.Key(id: key.id, secret: Sodium.derivedKey(from: key.secret, number: 1, context: "onsaleco"))
            })
    }

    package func sign(_ code: JoinCode) -> String {
        Base32.text(
            of: seal.sign(
                code.room.bytes + code.number.bigEndianBytes + code.uses.bigEndianBytes
                    + code.expiry.milliseconds.bigEndianBytes))
    }

    /// Returns a genuine code. The caller compares its room, its expiry and its uses.
    package func verify(_ text: String) throws(TokenError) -> JoinCode {
        guard let token = Self.token(text) else { throw .malformed }
        let bytes = token.span.bytes
        try seal.check(bytes, bodyByteCount: Self.bodyByteCount)
        return JoinCode(
            room: bytes.id(at: 5), number: bytes.bigEndian(at: 21), uses: bytes.bigEndian(at: 29),
            expiry: Timestamp(milliseconds: bytes.bigEndian(at: 37)))
    }

    /// The bytes of a text that has the length and kind of a code.
    fileprivate static func token(_ text: String) -> [UInt8]? {
        guard text.utf8.count <= 2 * byteCount, let bytes = Base32.bytes(of: text), bytes.count == byteCount,
            bytes[0] == TokenKind.joinCode.rawValue
        else { return nil }
        return bytes
    }
}
