/// The first byte of a token. The number of a kind that is no longer made is never used again.
enum TokenKind: UInt8 {
    /// A credential of versions before duties and sessions: one tag, whose key every service has.
    case oldCredential = 1
    case pass = 2
    case ticketCode = 3
    case credential = 4
    case joinCode = 5
    /// The first byte below the secret of a session, and below a code for a new password.
    case sessionSecret = 16
    case passwordCode = 17
    case puzzle = 18
}
