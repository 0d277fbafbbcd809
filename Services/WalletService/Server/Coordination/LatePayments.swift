import Database
import Kernel
import Runtime
import Service
import Threads

/// Notices payments that are not decided for long: something is down, and somebody should look.
struct LatePayments: Sendable {
    static let interval = Duration.seconds(5)
    static let late = Duration.seconds(60)
    static let stuck = Duration.minutes(10)

    private let database: Database
    private let log: Log
    private let lateCount: Gauge
    private let stuckCount: Gauge

    init(_ ground: ServiceGround) {
        database = ground.database
        log = ground.log
        lateCount = ground.metrics.gauge(
            "wallet_payments_late", "Payments that have not been decided for a minute.")
        stuckCount = ground.metrics.gauge(
            "wallet_payments_stuck", "Payments that have not been decided for ten minutes: raise an alarm.")
    }

    func look() async throws {
        let (late, stuck) = try await database.scan { reader in
            (
                try PaymentTable.undecided(since: reader.now - Self.late, reader),
                try PaymentTable.undecided(since: reader.now - Self.stuck, reader)
            )
        }
        lateCount.set(late.count)
        stuckCount.set(stuck.count)
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
