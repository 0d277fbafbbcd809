import ConcertAPI
import Kernel
import RPC

/// The failure of one call of a journey.
package struct CallFailure: Error {
    package let failure: RPCFailure
    package let service: Service
    /// The id of the request. Nil if the request can be repeated without it, because it is idempotent.
    package let requestID: RequestID?

    package init(_ failure: RPCFailure, of service: Service, requestID: RequestID? = nil) {
        self.failure = failure
        self.service = service
        self.requestID = requestID
    }

    /// The effect of a failed call.
    package enum Outcome: Sendable {
        /// Nothing has changed, and the same request fails again.
        case refused
        /// The caller is not signed in, or its role does not allow the call.
        case notAllowed
        /// Nothing has changed, or a repetition changes nothing further. The same request may succeed later.
        case unavailable
        /// The request may have taken effect.
        case indefinite

        /// A repeatable call is never indefinite, because the caller can just repeat it.
        package init(of failure: RPCFailure, isRepeatable: Bool) {
            if failure.isIndefinite {
                self = isRepeatable ? .unavailable : .indefinite
                return
            }
            switch failure.code {
            case .unauthenticated: self = .notAllowed
            // A pass proves an active place, not an identity.
            case .permissionDenied:
                let isAboutPass = [.passMissing, .passRefused, .passOfAnotherRoom].contains { (reason: ConcertReason) in
                    failure.isBecause(reason)
                }
                self = isAboutPass ? .refused : .notAllowed
            // Repeating the request cannot help: it has the same size.
            case .resourceExhausted
            where [CallReason.requestTooLarge, .replyTooLarge, .metadataTooLarge].contains { failure.isBecause($0) }:
                self = .refused
            case .unavailable, .deadlineExceeded, .resourceExhausted: self = .unavailable
            default: self = failure.isNotProcessed ? .unavailable : .refused
            }
        }
    }

    package var outcome: Outcome { Outcome(of: failure, isRepeatable: requestID == nil) }

    package var reason: String { failure.reason }

    package func isBecause(_ reason: some Reason) -> Bool { failure.isBecause(reason) }

    /// True if a retry of the same request can find out its outcome.
    var isWorthRetrying: Bool { outcome == .unavailable || outcome == .indefinite }
}
