import Database
import Kernel
import Service
import Telemetry

/// Reports payments that stay undecided for long, and halted concerts, because an operator should act. It reads them
/// from the database, so it reports them until they end, also after a restart.
struct LatePayments: Sendable {
    static let interval = Duration.seconds(10)
    static let late = Duration.seconds(60)
    static let stuck = Duration.minutes(10)

    private let database: Database
    private let log: Log
    private let lateCount: Gauge
    private let stuckCount: Gauge
    private let haltedCount: Gauge

    init(_ environment: ServiceEnvironment) {
        database = environment.database
        log = environment.log
        lateCount = environment.metrics.gauge(
            "wallet_payments_late", "Payments that are undecided after a minute.")
        stuckCount = environment.metrics.gauge(
            "wallet_payments_stuck", "Payments that are undecided after ten minutes. More than 0 is an emergency.")
        haltedCount = environment.metrics.gauge(
            "wallet_halted_concerts", "Concerts that take no new payments until an operator lifts their halt.")
    }

    func run() async throws {
        let (late, stuck, halted) = try await database.scan { reader in
            (
                try PaymentTable.undecided(since: reader.now - Self.late, reader),
                try PaymentTable.undecided(since: reader.now - Self.stuck, reader), try HaltTable.concertCount(reader)
            )
        }
        lateCount.set(late.count)
        stuckCount.set(stuck.count)
        haltedCount.set(halted)
        if halted > 0 { log.error("halted concerts take no new payments", ["count": .integer(halted)]) }
        if stuck.count > 0 {
            log.error(
                "payments are undecided after ten minutes",
                ["count": .integer(stuck.count), "since": "\(stuck.oldest.map { "\($0)" } ?? "")"])
        } else if late.count > 0 {
            log.warning(
                "payments are undecided after a minute",
                ["count": .integer(late.count), "since": "\(late.oldest.map { "\($0)" } ?? "")"])
        }
    }
}
