import Kernel
import Runtime
import WalletDomain

/// Says aloud what must never happen, and did.
struct BreachAlarm: Sendable {
    private let log: Log
    private let breaches: Counter

    init(_ log: Log, _ metrics: Metrics) {
        self.log = log
        breaches = metrics.counter(
            "wallet_broken_invariants_total", "What must never happen, and did: raise an alarm.")
    }

    func raise(_ halt: HaltTable.Halt) {
        breaches.increment()
        log.error(
            "an invariant is broken: no new payments for this concert",
            [
                "why": "\(halt.why)", "payment": "\(halt.payment)", "user": "\(halt.user)",
                "concert": "\(halt.concert)",
            ])
    }

    /// For what was seen before anything was written.
    func raise(_ broken: BrokenInvariant) {
        breaches.increment()
        log.error("an invariant is broken", ["why": "\(broken)"])
    }

    func lifted(_ concert: ConcertID, by user: UserID) {
        log.warning("payments for this concert are taken again", ["concert": "\(concert)", "by": "\(user)"])
    }
}

/// What must never happen, seen before it could do harm: nothing was written.
struct BrokenInvariant: Error, CustomStringConvertible {
    let description: String
}
