import Database
import Identity
import Kernel
import RPC
import WalletAPI
import WalletDomain

/// Begins the sessions of users and operators, and makes their credentials.
struct Sessions: Sendable {
    private let database: Database
    private let clock: any Clock
    private let credentials: Credentials
    private let secrets: SessionSecrets
    /// Lifetimes of credentials.
    private let lifetime: Duration
    private let lifetimeOfOperator: Duration

    init(_ database: Database, _ keys: KeyFile, _ clock: any Clock, lifetime: Duration, lifetimeOfOperator: Duration) {
        self.database = database
        self.clock = clock
        credentials = Credentials(keys)
        secrets = SessionSecrets(keys)
        self.lifetime = lifetime
        self.lifetimeOfOperator = lifetimeOfOperator
    }

    /// Begins a session, or returns that of a repeated request. Returns nil if the password of `login`, which the caller
    /// has checked, is no longer valid. A change of the password ends all sessions, so none may begin after it.
    func begin(
        _ kind: UserSession.Kind, for login: LoginTable.Login, _ call: Call
    ) async throws -> WalletAPI.Session? {
        let user = login.user
        let requested = call.requestIDIfAny.map { SessionID(of: $0) }
        let id = requested.flatMap { $0 == Credentials.noSession ? nil : $0 } ?? .make(at: clock.now)
        let secret = secrets.secret(of: id, of: user)
        // Without the port.
        let address = call.peer.lastIndex(of: ":").map { String(call.peer[..<$0]) } ?? call.peer
        let begun = try await database.transaction(before: call.deadline) { tx -> (UserSession, Duties)? in
            guard try LoginTable.hold(login, tx), try !PasswordTable.isReset(login.name, tx) else { return nil }
            let duties = try Self.duties(of: user, for: kind, tx)
            try KnownNetworkTable.note(call.origin.network, of: user, tx)
            let session = UserSession(id, of: user, named: login.name, kind, from: address, now: tx.now)
            if try SessionTable.insert(session, secret: secret.digest, tx) {
                try Self.endOldest(of: user, tx)
                return (session, duties)
            }
            guard let earlier = try SessionTable.find(id, of: user, tx)?.session else { throw tx.conflict() }
            guard earlier.kind == kind, !earlier.hasEnded(at: tx.now) else { throw WalletRefusal.requestIDReused }
            return (earlier, duties)
        }
        return begun.map { session, duties in reply(session, duties, secret) }
    }

    /// The next credential of the session with this secret.
    func refresh(_ secret: SessionSecret, _ call: Call) async throws -> WalletAPI.Session {
        let now = clock.now
        let (found, duties) = try await database.read(before: call.deadline) { reader in
            guard let (session, digest) = try SessionTable.find(secret.session, of: secret.user, reader),
                digest.isHash(of: secret.bytes), !session.hasEnded(at: now)
            else { throw WalletRefusal.because(.sessionEnded) }
            return (session, try Self.duties(of: session.user, for: session.kind, reader))
        }
        var session = found
        if session.mustStoreUse(at: now) {
            session = try await database.transaction(before: call.deadline) { tx in
                guard var session = try SessionTable.find(secret.session, of: secret.user, tx)?.session,
                    !session.hasEnded(at: tx.now)
                else { throw WalletRefusal.because(.sessionEnded) }
                session.use(now: tx.now)
                try SessionTable.save(session, tx)
                return session
            }
        }
        return reply(session, duties, secret)
    }

    /// The present duties. Throws if there are none, because such a user is no operator.
    private static func duties(
        of user: UserID, for kind: UserSession.Kind, _ reader: Reader
    ) throws -> Duties {
        guard kind == .operator else { return [] }
        let duties = try OperatorTable.find(user, reader)?.login.duties ?? []
        guard !duties.isEmpty else { throw WalletRefusal.because(.noDuty) }
        return duties
    }

    private static func endOldest(of user: UserID, _ tx: Transaction) throws {
        let open = try SessionTable.open(of: user, at: tx.now, limit: Reader.rowLimit, tx)
        for var session in open.dropFirst(UserSession.maximumOfAUser) {
            session.end(now: tx.now)
            try SessionTable.save(session, tx)
        }
    }

    private func reply(_ session: UserSession, _ duties: Duties, _ secret: SessionSecret) -> WalletAPI.Session {
        let isOperator = session.kind == .operator
        let now = clock.now
        let lifetime = isOperator ? lifetimeOfOperator : lifetime
        let credential = Credential(
            user: session.user, role: isOperator ? .operator : .user, duties: duties, session: session.id,
            expiry: min(now + lifetime, session.endsAt))
        return WalletAPI.Session(
            userID: session.user, credential: credentials.sign(credential), expiresAt: credential.expiry,
            secret: secret.bytes, refreshAt: now + (credential.expiry - now) / 2, endsAt: session.endsAt,
            duties: duties.fields)
    }
}
