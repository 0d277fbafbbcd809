import CommandLine
import Database
import Identity
import Kernel
import RPC
import Telemetry

extension ServerHooks {
    /// Hooks that verify credentials, report readiness, translate errors, and feed log and metrics.
    package static func service(
        _ descriptions: [ServiceDescription], credentials: CredentialVerifier, clock: any Clock, log: Log,
        metrics: Metrics, health: Health
    ) -> ServerHooks {
        let calls = CallMetrics(descriptions, metrics)
        var hooks = ServerHooks { bytes throws(RPCFailure) in try credentials.caller(bytes, at: clock.now) }
        hooks.isServing = { _ in health.problems.isEmpty }
        hooks.version = (Version.number, Version.contract, Version.commit)
        hooks.log = { log.log($0) }
        hooks.failure = { ($0 as? DatabaseError)?.failure }
        hooks.refused = { calls.note(refusal: $0) }
        hooks.measure = { calls.note($0, now: clock.uptime) }
        return hooks
    }
}

extension CredentialVerifier {
    fileprivate func caller(_ bytes: UnsafeRawBufferPointer, at now: Timestamp) throws(RPCFailure) -> Verified {
        do throws(TokenError) {
            let credential = try verify(bytes.bytes, at: now)
            let caller = Caller(
                user: credential.user, role: credential.role, duties: credential.duties, session: credential.session)
            return Verified(caller, remaining: credential.expiry - now)
        } catch {
            let reason: CallReason = if case .expired = error { .credentialExpired } else { .credentialInvalid }
            throw RPCFailure(reason, "credential refused: \(error). Sign in again")
        }
    }
}

extension Log {
    /// Varying values are fields, so that a flood of one message does not suppress others.
    fileprivate func log(_ event: RPCEvent) {
        var fields: [(key: String, value: LogValue)] = [("what", .text(event.message)), ("peer", .text(event.peer))]
        if let method = event.method { fields.append(("method", .text(method))) }
        let level: LogLevel =
            switch event.level {
            case .info: .info
            case .warning: .warning
            case .error: .error
            }
        log(
            level, event.method == nil ? "connection" : "call", fields, trace: event.trace?.trace,
            request: event.requestID)
    }
}
