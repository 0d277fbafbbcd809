import ConcertAPI
import Database
import Kernel
import RPC
import Service
import Telemetry
import WalletDomain

/// Fetches refunds for returned tickets from Concert and pays them out. Concert lists a refund until it is
/// acknowledged. It is acknowledged after it is durable here.
struct Refunds: Sendable {
    static let interval = Duration.seconds(1)
    private static let timeout = Duration.seconds(2)
    /// Maximum of pages in one run: about 100,000 refunds. The next run continues.
    private static let maximumPages = 1000
    /// Refunds in one transaction. A concurrent payment waits at most some milliseconds for it.
    private static let batchSize = 34
    /// The pace beside payments: the refunds of a cancelled date are paid as fast as Concert makes them.
    private static let batchInterval = Duration.milliseconds(26)

    private let database: Database
    private let concert: ConcertClient
    private let identity: ServiceIdentity
    private let alarm: BreachAlarm
    private let pacing: Pacing
    private let log: Log
    private let unanswered: Counter
    /// 1 since a failure to fetch refunds.
    private let failing: Gauge

    init(_ environment: ServiceEnvironment, concert: ConcertClient, identity: ServiceIdentity, alarm: BreachAlarm) {
        database = environment.database
        log = environment.log
        self.concert = concert
        self.identity = identity
        self.alarm = alarm
        pacing = Pacing(every: Self.batchInterval, on: database, environment.clock)
        unanswered = environment.metrics.counter(
            "wallet_refunds_unanswered_total",
            "Failed attempts to fetch, pay out or acknowledge refunds. They are repeated.")
        failing = environment.metrics.gauge(
            "wallet_refunds_failing", "1 while refunds cannot be fetched from ConcertService.")
    }

    func run() async throws {
        var request = ListRefundsDueRequest(understandsParts: true)
        for _ in 0..<Self.maximumPages {
            let page: ListRefundsDueReply
            do throws(RPCFailure) {
                page = try await concert.listRefundsDue(request, identity.options(timeout: Self.timeout))
            } catch {
                unanswered.increment()
                // The job runs every second, so that only the first of several failures is logged.
                if failing.level == 0 {
                    log.warning("refunds cannot be fetched, and wait for ConcertService", ["why": "\(error)"])
                }
                return failing.set(1)
            }
            if failing.level == 1 { log.info("refunds are fetched again") }
            failing.set(0)
            try await payOut(page.refunds.compactMap(due))
            guard page.hasMore, let last = page.refunds.last else { return }
            request.afterConcertID = last.concertID
            request.afterRefundID = last.refundID
        }
    }

    private func due(_ refund: Refund) -> RefundDue? {
        let due = RefundDue(refund)
        if due == nil { log.error("a refund cannot be read", ["refund": "\(refund)"]) }
        return due
    }

    /// Pays batches one after the other, and acknowledges each of them meanwhile.
    private func payOut(_ dues: [RefundDue]) async throws {
        try await withThrowingTaskGroup { group in
            for batch in RefundBatch.batches(of: dues, upTo: Self.batchSize) {
                let outcomes = try await pacing.run { await pay(batch) }
                for (due, outcome) in zip(batch, outcomes) { group.addTask { await acknowledge(due, outcome) } }
            }
            try await group.waitForAll()
        }
    }

    private func pay(_ batch: [RefundDue]) async -> [Result<RefundBatch.Outcome, any Error>] {
        do { return try await RefundBatch.payOut(batch, database) } catch { return batch.map { _ in .failure(error) } }
    }

    private func acknowledge(_ due: RefundDue, _ outcome: Result<RefundBatch.Outcome, any Error>) async {
        do {
            let outcome = try outcome.get()
            if let halt = outcome.halt { alarm.raise(halt) }
            guard outcome.isPaidOut else { return }
            _ = try await concert.acknowledgeRefund(
                AcknowledgeRefundRequest(concertID: due.concert, refundID: due.id, paymentID: due.payment),
                identity.options(timeout: Self.timeout))
        } catch let broken as BrokenInvariant {
            await alarm.halt(due.concert, because: broken, due.payment, of: due.user)
        } catch {
            unanswered.increment()
            log.debug("a refund is not paid out yet", ["refund": "\(due.id)", "why": "\(error)"])
        }
    }
}
