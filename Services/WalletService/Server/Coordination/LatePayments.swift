import Database
import Kernel
import Runtime
import Service

/// Notices payments that are not decided for long, and concerts that are halted: somebody should look. It tells them for
/// as long as they are there, whatever became of the program that saw them begin.
struct LatePayments: Sendable {
    static let interval = Duration.seconds(5)
    static let late = Duration.seconds(60)
    static let stuck = Duration.minutes(10)

    private let database: Database
    private let clock: any Clock
    private let log: Log
    private let lateCount: Gauge
    private let stuckCount: Gauge
    private let haltedCount: Gauge

    init(_ ground: ServiceGround) {
        database = ground.database
        clock = ground.clock
        log = ground.log
        lateCount = ground.metrics.gauge(
            "wallet_payments_late", "Payments that have not been decided for a minute.")
        stuckCount = ground.metrics.gauge(
            "wallet_payments_stuck", "Payments that have not been decided for ten minutes: raise an alarm.")
        haltedCount = ground.metrics.gauge(
            "wallet_halted_concerts", "Concerts for which no new payment is taken until somebody has looked.")
    }

    func look() async throws {
        let now = clock.now
        let (late, stuck, halted) = try await database.scan { reader in
            (
                try PaymentTable.undecided(since: now - Self.late, reader),
                try PaymentTable.undecided(since: now - Self.stuck, reader), try HaltTable.concertCount(reader)
            )
        }
        lateCount.set(late.count)
        stuckCount.set(stuck.count)
        haltedCount.set(halted)
        if halted > 0 { log.error("no new payments are taken for some concerts", ["count": .integer(halted)]) }
        if stuck.count > 0 {
            log.error(
                "payments are not decided for ten minutes",
                ["count": .integer(stuck.count), "since": "\(stuck.oldest.map { "\($0)" } ?? "")"])
        } else if late.count > 0 {
            log.warning(
                "payments are not decided for a minute",
                ["count": .integer(late.count), "since": "\(late.oldest.map { "\($0)" } ?? "")"])
        }
    }
}
