import Display
import Journeys
import Kernel

/// Gives the credentials of one run of a command. Requests the next credential of a session when it is due, and stores it.
///
/// Several gateways can run at once. The one that holds the lock of the file makes the request. The others wait, and read
/// the new credential from the file.
struct CredentialSource: Sendable {
    /// The pause between two attempts to take the lock.
    private static let lockPause = Duration.milliseconds(50)

    let configuration: ConfigurationFolder
    /// The file of `--credential`. Nil for the stored sign-in.
    let file: String?
    let connections: Connections
    let timeout: Duration
    let clock: any Clock
    let zone: Zone
    /// From 0 to 1. Each run has its own, so that many gateways do not refresh at the same moment.
    let jitter: Double

    /// The stored credential, which may have expired. Throws if there is none.
    func stored(_ role: Role) throws(GatewayError) -> StoredCredential {
        try configuration.required(role, file: file)
    }

    /// A valid credential. Throws if there is none.
    func current(_ role: Role) async throws -> StoredCredential {
        var credential = try stored(role)
        if credential.isDue(at: clock.now, jitter: jitter) { credential = try await renewed(role) }
        guard clock.now < credential.expiry else { throw expired(credential) }
        return credential
    }

    func caller(
        as role: Role, isOperator: Bool, requestID: RequestID? = nil, trace: ServiceCaller.Trace? = nil
    ) -> ServiceCaller {
        ServiceCaller(
            connections, isOperator: isOperator, timeout: timeout, clock: clock,
            records: configuration.records { try stored(role).user }, requestID: requestID,
            trace: trace, credential: { try await current(role).bytes })
    }

    private func renewed(_ role: Role) async throws -> StoredCredential {
        let path = configuration.path(of: role, file: file)
        let start = clock.uptime
        var taken = try FileLock.take(path + ".lock")
        while taken == nil, clock.uptime - start < timeout {
            try await clock.sleep(for: Self.lockPause)
            taken = try FileLock.take(path + ".lock")
        }
        let credential = try stored(role)
        // Another gateway has stored the next one, or is still waiting for it.
        guard let lock = taken, credential.isDue(at: clock.now, jitter: jitter) else { return credential }
        defer { lock.release() }
        do {
            guard let next = try await credential.refreshed(over: connections, timeout: timeout) else {
                return credential
            }
            try ConfigurationFolder.write(next.text, to: path)
            return next
        } catch let failure as CallFailure {
            // The present credential is valid for a while, so the wallet service may be away.
            if failure.outcome != .notAllowed, clock.now < credential.expiry { return credential }
            throw failure
        }
    }

    private func expired(_ credential: StoredCredential) -> GatewayError {
        let isOperator = credential.role == .operator
        let signIn = "Type: gateway \(isOperator ? "admin " : "")sign-in \(credential.name)"
        return GatewayError(
            .notAllowed, "the sign-in of \(credential.name) expired on \(zone.text(of: credential.end))",
            hint: isOperator && credential.session == nil ? "Type: gateway admin credential --keys FILE" : signIn)
    }
}
