import Database
import Kernel
import Runtime
import Service

/// Says aloud what must never happen, and did.
struct BreachAlarm: Sendable {
    private let database: Database
    private let log: Log
    private let breaches: Counter

    init(_ ground: ServiceGround) {
        database = ground.database
        log = ground.log
        breaches = ground.metrics.counter(
            "wallet_broken_invariants_total", "What must never happen, and did: raise an alarm.")
    }

    /// For a halt that is written down.
    func raise(_ halt: HaltTable.Halt) {
        breaches.increment()
        log.error(
            "an invariant is broken: no new payments for this concert",
            [
                "why": "\(halt.why)", "payment": "\(halt.payment)", "user": "\(halt.user)",
                "concert": "\(halt.concert)",
            ])
    }

    /// For what was seen before it could do harm. It has undone the transaction that saw it, so the halt has one of its own.
    func halt(_ broken: BrokenInvariant) async {
        let halt = broken.halt
        do {
            if try await database.transaction({ try HaltTable.insert(halt, $0) }) { raise(halt) }
        } catch {
            // The next attempt sees it again, and halts the concert then.
            breaches.increment()
            log.error(
                "an invariant is broken, and the halt could not be written",
                ["why": "\(halt.why)", "payment": "\(halt.payment)", "error": "\(error)"])
        }
    }

    func lifted(_ concert: ConcertID, by user: UserID) {
        log.warning("payments for this concert are taken again", ["concert": "\(concert)", "by": "\(user)"])
    }
}

/// What must never happen, seen before it could do harm: nothing was written.
struct BrokenInvariant: Error {
    let halt: HaltTable.Halt
}
