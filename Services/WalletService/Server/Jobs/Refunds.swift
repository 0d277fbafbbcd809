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

    private let database: Database
    private let concert: ConcertClient
    private let identity: ServiceIdentity
    private let alarm: BreachAlarm
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
            await payOut(page.refunds)
            guard page.hasMore, let last = page.refunds.last else { return }
            request.afterConcertID = last.concertID
            request.afterRefundID = last.refundID
        }
    }

    private func payOut(_ refunds: [Refund]) async {
        let due = refunds.compactMap { refund in
            let due = RefundDue(refund)
            if due == nil { log.error("a refund cannot be read", ["refund": "\(refund)"]) }
            return due
        }
        for batch in RefundBatch.batches(of: due) {
            let outcomes: [Result<RefundBatch.Outcome, any Error>]
            do { outcomes = try await RefundBatch.payOut(batch, database) } catch {
                outcomes = batch.map { _ in .failure(error) }
            }
            await withTaskGroup { group in
                for (due, outcome) in zip(batch, outcomes) { group.addTask { await acknowledge(due, outcome) } }
            }
        }
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
