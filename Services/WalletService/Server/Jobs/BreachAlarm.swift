import Database
import Kernel
import Service
import Telemetry

/// Reports broken invariants in the log and in a metric.
struct BreachAlarm: Sendable {
    private let database: Database
    private let log: Log
    private let breaches: Counter

    init(_ environment: ServiceEnvironment) {
        database = environment.database
        log = environment.log
        breaches = environment.metrics.counter(
            "wallet_broken_invariants_total", "Broken invariants. More than 0 is an emergency.")
    }

    /// Reports a stored halt.
    func raise(_ halt: HaltTable.Halt) {
        breaches.increment()
        log.error(
            "an invariant is broken: no new payments for this concert",
            [
                "why": "\(halt.why)", "payment": "\(halt.payment)", "user": "\(halt.user)",
                "concert": "\(halt.concert)",
            ])
    }

    /// Stores and reports the halt of a transaction that was rolled back. The halt has its own transaction for that
    /// reason.
    func halt(_ concert: ConcertID, because broken: BrokenInvariant, _ payment: PaymentID, of user: UserID) async {
        do {
            let halt = try await database.transaction { tx in
                try HaltTable.insert(broken.description, payment, of: user, for: concert, tx)
            }
            if let halt { raise(halt) }
        } catch {
            // The next attempt finds the broken invariant again and halts the concert then.
            breaches.increment()
            log.error(
                "an invariant is broken, but the halt could not be stored",
                ["why": "\(broken)", "payment": "\(payment)", "error": "\(error)"])
        }
    }

    func lifted(_ concert: ConcertID, by user: UserID) {
        log.warning("this concert takes payments again", ["concert": "\(concert)", "by": "\(user)"])
    }
}
