import Kernel

/// Names a session and proves that its holder signed in. The database has only its hash.
///
///     user (16) | session (16) | secret (32)
package struct SessionSecret: Equatable, Sendable {
    private static let byteCount = 2 * SessionID.byteCount + TagKey.tagByteCount

    package let user: UserID
    package let session: SessionID
    private let secret: [UInt8]

    fileprivate init(_ session: SessionID, of user: UserID, _ secret: [UInt8]) {
        self.user = user
        self.session = session
        self.secret = secret
    }

    /// Nil for another number of bytes. Any other bytes are a secret, which may be wrong.
    package init?(bytes: [UInt8]) {
        guard bytes.count == Self.byteCount else { return nil }
        self.init(
            bytes.span.bytes.id(at: SessionID.byteCount), of: bytes.span.bytes.id(at: 0),
            Array(bytes.dropFirst(2 * SessionID.byteCount)))
    }

    package var bytes: [UInt8] { user.bytes + session.bytes + secret }

    package var digest: Digest { Digest(of: bytes) }
}

/// Makes the secrets of sessions and the codes for new passwords. Both follow from the id of the request and a key that
/// only WalletService has. So a repeated request gets the same answer, and the database needs only a hash.
package struct SessionSecrets: Sendable {
    /// Characters of a code. Each has five random bits.
    private static let codeLength = 20
    private static let groupLength = 5

    private let key: TagKey

    package init(_ keyFile: KeyFile) {
        key = TagKey(keyFile.keys(for: .walletCredential)[0].secret)
    }

    package func secret(of session: SessionID, of user: UserID) -> SessionSecret {
        SessionSecret(session, of: user, tag(.sessionSecret, session.bytes, user))
    }

    /// A code that people type: `ABCDE-FGHIJ-KLMNO-PQRST`.
    package func code(of request: RequestID, for user: UserID) -> String {
        let characters = Array(Base32.text(of: tag(.passwordCode, request.bytes, user)).prefix(Self.codeLength))
        return stride(from: 0, to: characters.count, by: Self.groupLength).map { start in
            String(characters[start..<min(start + Self.groupLength, characters.count)])
        }.joined(separator: "-")
    }

    private func tag(_ kind: TokenKind, _ id: [UInt8], _ user: UserID) -> [UInt8] {
        key.tag(of: [kind.rawValue] + id + user.bytes)
    }
}
