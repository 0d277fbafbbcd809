import Kernel

/// The user of a caller with role, duties and session, and the time at which they expire.
package struct Credential: Hashable, Sendable {
    package let user: UserID
    /// Exactly one role.
    package let role: Role
    /// Empty unless the role is operator.
    package let duties: Duties
    /// The sign-in that the credential belongs to. Nil for services, and for credentials that a key file made.
    package let session: SessionID?
    package let expiry: Timestamp

    package init(user: UserID, role: Role, duties: Duties = [], session: SessionID? = nil, expiry: Timestamp) {
        precondition(role.isSingle, "a credential is for exactly one role")
        precondition(duties.isEmpty || role == .operator, "only operators have duties")
        self.init(checked: user, role, duties, session, expiry)
    }

    fileprivate init(checked user: UserID, _ role: Role, _ duties: Duties, _ session: SessionID?, _ expiry: Timestamp) {
        self.user = user
        self.role = role
        self.duties = duties
        self.session = session
        self.expiry = expiry
    }
}

/// Signs credentials of 143 bytes.
///
///     kind u8 = 4 | key id u32 | role u8 | duties u8 | user (16) | session (16) | expiry i64 | tags (3 of 32)
///
/// There is a tag for each service. It covers everything before the first tag. Only WalletService has the keys of all
/// tags. Each other service has the key of its own tag, so no other program accepts what it can make.
package struct Credentials: Sendable {
    fileprivate static let signedByteCount = 47
    fileprivate static let byteCount = signedByteCount + services.count * TagKey.tagByteCount
    fileprivate static let services: [KeyHolder] = [.queue, .concert, .wallet]
    /// In a credential that belongs to no session. No session has this id.
    package static let noSession = SessionID(high: 0, low: 0)

    private let id: KeyID
    private let keys: [TagKey]

    package init(_ keyFile: KeyFile) {
        let keys = Self.services.map { keyFile.keys(for: $0.credentialPurpose)[0] }
        id = keys[0].id
        self.keys = keys.map { TagKey($0.secret) }
    }

    package func sign(_ credential: Credential) -> [UInt8] {
        var token = [TokenKind.credential.rawValue]
        token.reserveCapacity(Self.byteCount)
        token += id.rawValue.bigEndianBytes
        token += [credential.role.rawValue, credential.duties.rawValue]
        token += credential.user.bytes
        token += (credential.session ?? Self.noSession).bytes
        token += credential.expiry.milliseconds.bigEndianBytes
        let tags = keys.map { $0.tag(of: token) }
        for tag in tags { token += tag }
        return token
    }

    fileprivate static func content(of token: RawSpan) throws(TokenError) -> Credential {
        let role = Role(rawValue: token.bigEndian(at: 5))
        guard role.isSingle else { throw .malformed }
        let session: SessionID = token.id(at: 23)
        return Credential(
            checked: token.id(at: 7), role, Duties(rawValue: token.bigEndian(at: 6)),
            session == noSession ? nil : session, Timestamp(milliseconds: token.bigEndian(at: 39)))
    }
}

/// Verifies credentials for one service, by the tag for this service.
package struct CredentialVerifier: Sendable {
    private let tagPosition: Int
    private let keys: [(id: KeyID, key: TagKey)]
    private let old: OldCredentials

    package init(_ keyFile: KeyFile, for holder: KeyHolder) {
        guard let index = Credentials.services.firstIndex(of: holder) else {
            preconditionFailure("\(holder) verifies no credentials")
        }
        tagPosition = Credentials.signedByteCount + index * TagKey.tagByteCount
        keys = keyFile.keys(for: holder.credentialPurpose).map { ($0.id, TagKey($0.secret)) }
        old = OldCredentials(keyFile)
    }

    package func verify(_ token: RawSpan, at now: Timestamp) throws(TokenError) -> Credential {
        let credential = try content(of: token)
        guard now < credential.expiry else { throw .expired(at: credential.expiry) }
        return credential
    }

    package func verify(_ token: [UInt8], at now: Timestamp) throws(TokenError) -> Credential {
        try verify(token.span.bytes, at: now)
    }

    /// The content of a genuine credential.
    private func content(of token: RawSpan) throws(TokenError) -> Credential {
        guard token.byteCount == Credentials.byteCount, token.bigEndian(at: 0) == TokenKind.credential.rawValue else {
            return try old.content(of: token)
        }
        let id = KeyID(rawValue: token.bigEndian(at: 1))
        for candidate in keys where candidate.id == id {
            guard candidate.key.isTag(at: tagPosition, ofFirst: Credentials.signedByteCount, in: token) else {
                throw .forged
            }
            return try Credentials.content(of: token)
        }
        throw .unknownKey(id)
    }
}

/// Verifies credentials of versions before duties and sessions, which live on until they expire. They have 62 bytes:
///
///     kind u8 = 1 | key id u32 | role u8 | user (16) | expiry i64 | tag (32)
///
/// The operators of that time had no duties and could make all calls.
private struct OldCredentials: Sendable {
    private static let bodyByteCount = 25

    private let seal: Seal

    init(_ keyFile: KeyFile) {
        seal = Seal(.oldCredential, keyFile.keys(for: .oldCredential))
    }

    func content(of token: RawSpan) throws(TokenError) -> Credential {
        try seal.check(token, bodyByteCount: Self.bodyByteCount)
        let role = Role(rawValue: token.bigEndian(at: 5))
        guard role.isSingle, role != .edge else { throw .malformed }
        return Credential(
            checked: token.id(at: 6), role, role == .operator ? .all : [], nil,
            Timestamp(milliseconds: token.bigEndian(at: 22)))
    }
}

extension Role {
    fileprivate var isSingle: Bool { Self.names.contains { $0.role == self } }
}

extension KeyHolder {
    /// The purpose of the keys with which this program verifies credentials.
    fileprivate var credentialPurpose: KeyPurpose {
        switch self {
        case .queue: .queueCredential
        case .concert: .concertCredential
        case .wallet: .walletCredential
        case .edge: preconditionFailure("the edge verifies no credentials")
        }
    }
}
