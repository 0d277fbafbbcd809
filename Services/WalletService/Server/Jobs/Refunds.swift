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
            await withTaskGroup { group in
                for refund in page.refunds { group.addTask { await payOut(refund) } }
            }
            guard page.hasMore, let last = page.refunds.last else { return }
            request.afterConcertID = last.concertID
            request.afterRefundID = last.refundID
        }
    }

    private func payOut(_ refund: Refund) async {
        guard let due = RefundDue(refund) else {
            return log.error("a refund cannot be read", ["refund": "\(refund)"])
        }
        do {
            let (isPaidOut, halt) = try await database.transaction { tx in try Self.payOut(due, tx) }
            if let halt { alarm.raise(halt) }
            guard isPaidOut else { return }
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

    /// Returns true if the refund can be acknowledged, and the halt if it is new.
    static func payOut(_ due: RefundDue, _ tx: Transaction) throws -> (isPaidOut: Bool, halt: HaltTable.Halt?) {
        let old = try PaymentTable.find(due.payment, of: due.user, tx)
        var payment = old
        let paid = try RefundTable.find(due, tx).map { Money(minorUnits: $0.amount, due.amount.currency) }
        let step =
            payment?.receive(due, paid: paid, now: tx.now) ?? .halt("a refund is due, and there is no such payment")
        switch step {
        case .nothing: return (false, nil)
        case .acknowledge: return (true, nil)
        case .giveBack:
            if let payment, let old { try giveBack(due, payment, was: old, tx) }
            return (true, nil)
        case .halt(let why):
            return (false, try HaltTable.insert(why, due.payment, of: due.user, for: due.concert, tx))
        case .post, .release: preconditionFailure("a refund never posts or releases a payment")
        }
    }

    private static func giveBack(_ due: RefundDue, _ payment: Payment, was old: Payment, _ tx: Transaction) throws {
        try PaymentTable.refund(payment, was: old, tx)
        try RefundTable.insert(PaidRefund(due), at: tx.now, tx)
        try EventTable.append([SaleEvent.refund(due, payment, at: tx.now)], tx)
        guard try AccountTable.move(AccountTable.Movement(due), tx) else {
            throw BrokenInvariant("a refund is due, but the user has no account in its currency")
        }
    }
}
