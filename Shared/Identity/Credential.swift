import Kernel

/// The user and role of a caller, and the time at which they expire.
package struct Credential: Hashable, Sendable {
    package let user: UserID
    /// Exactly one role.
    package let role: Role
    package let expiry: Timestamp

    package init(user: UserID, role: Role, expiry: Timestamp) {
        precondition(role.isSingle, "a credential is for exactly one role")
        self.user = user
        self.role = role
        self.expiry = expiry
    }
}

/// Signs and verifies credentials of 62 bytes. Every service with the same key file accepts them.
package struct Credentials: Sendable {
    private static let bodyByteCount = 25

    private let seal: Seal

    package init(_ keyFile: KeyFile) {
        seal = Seal(keyFile, for: .credential)
    }

    package func sign(_ credential: Credential) -> [UInt8] {
        seal.sign(
            [credential.role.rawValue] + credential.user.bytes + credential.expiry.milliseconds.bigEndianBytes)
    }

    package func verify(_ token: RawSpan, at now: Timestamp) throws(TokenError) -> Credential {
        try seal.check(token, bodyByteCount: Self.bodyByteCount)
        let role = Role(rawValue: token.bigEndian(at: 5))
        guard role.isSingle else { throw .malformed }
        let credential = Credential(
            user: token.id(at: 6), role: role, expiry: Timestamp(milliseconds: token.bigEndian(at: 22)))
        guard now < credential.expiry else { throw .expired(at: credential.expiry) }
        return credential
    }

    package func verify(_ token: [UInt8], at now: Timestamp) throws(TokenError) -> Credential {
        try verify(token.span.bytes, at: now)
    }
}

extension Role {
    fileprivate var isSingle: Bool { self == .user || self == .operator || self == .service }
}
