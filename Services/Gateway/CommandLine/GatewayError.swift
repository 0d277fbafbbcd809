import Kernel
import RPC

/// Why a command did not do what it was asked for.
package struct GatewayError: Error {
    let exit: GatewayExit
    /// What happened, and what to do.
    let message: String
    /// The stable constant of a service's refusal: `SEAT_SOLD`. Empty where no service spoke.
    var reason = ""
    /// What the service said beyond that.
    var details: [Detail] = []

    init(_ exit: GatewayExit, _ message: String, reason: String = "") {
        self.exit = exit
        self.message = message
        self.reason = reason
    }

    static func usage(_ message: String) -> GatewayError { GatewayError(.usage, message) }
    static func refused(_ message: String) -> GatewayError { GatewayError(.refused, message) }

    /// What a failed call means to whoever made it.
    init(_ failure: RPCFailure, of peer: Peer, requestID: RequestID?) {
        let hint = Advice.text(for: failure).map { ". \($0)" } ?? ""
        if failure.isIndefinite {
            let repeating = requestID.map { ". To find out, repeat it with: --request-id \($0)" } ?? ""
            self.init(.indefinite, "it may have happened: \(failure.message)\(repeating)", reason: failure.reason)
        } else if failure.isNotProcessed || failure.code == .unavailable || failure.code == .deadlineExceeded {
            self.init(
                .unavailable, "the \(peer.rawValue) service cannot answer: \(failure.message)\(hint)",
                reason: failure.reason)
        } else {
            let isAboutCaller = failure.code == .unauthenticated || failure.reason == "PERMISSION_DENIED"
            self.init(isAboutCaller ? .notAllowed : .refused, failure.message + hint, reason: failure.reason)
        }
        details = failure.details
    }
}
