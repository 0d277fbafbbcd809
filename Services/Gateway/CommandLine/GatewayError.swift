import Kernel
import RPC

/// Why a command did not do what it was asked for.
package struct GatewayError: Error {
    let exit: GatewayExit
    let what: String
    /// What to do about it, where `what` does not say so itself.
    var advice: String?
    /// The stable constant of a service's refusal: `SEAT_SOLD`. Empty where no service spoke.
    var reason = ""
    /// What the service said beyond that.
    var details: [Detail] = []

    init(_ exit: GatewayExit, _ what: String, advice: String? = nil, reason: String = "") {
        self.exit = exit
        self.what = what
        self.advice = advice
        self.reason = reason
    }

    static func usage(_ what: String) -> GatewayError { GatewayError(.usage, what) }
    static func refused(_ what: String) -> GatewayError { GatewayError(.refused, what) }

    /// What happened, and what to do.
    var message: String { advice.map { "\(what). \($0)" } ?? what }

    /// How a wish that was not answered is told from a new one when it is typed again.
    enum Repeating: Equatable {
        /// It names what it changes, or changes nothing: twice is the same as once.
        case asItIs
        /// The command remembers it.
        case isRemembered
        case with(RequestID)
    }

    /// What a failed call means to whoever made it.
    init(_ failure: RPCFailure, of peer: Peer, repeating: Repeating) {
        let exit = GatewayExit(of: failure, isRepeatable: repeating == .asItIs)
        if failure.isIndefinite {
            self.init(
                exit, "the \(peer.rawValue) service gave no answer: \(failure.message)",
                advice: Advice.text(for: repeating))
        } else {
            let isGone = exit == .unavailable
            self.init(
                exit, isGone ? "the \(peer.rawValue) service cannot answer: \(failure.message)" : failure.message,
                advice: Advice.text(for: failure, of: peer))
        }
        reason = failure.reason
        details = failure.details
    }
}
