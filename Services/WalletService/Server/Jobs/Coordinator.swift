import ConcertAPI
import Database
import Kernel
import RPC
import Service
import Telemetry
import WalletAPI
import WalletDomain

/// Brings a payment to its end: requests Concert's decision and stores it.
///
/// The payment is committed before the request, only a recorded decision closes it, and closing is a compare-and-set. So
/// requests may be repeated, late, or sent by two instances at once.
struct Coordinator: Sendable {
    let alarm: BreachAlarm
    private let database: Database
    private let clock: any Clock
    private let concert: ConcertClient
    private let identity: ServiceIdentity
    private let log: Log
    private let unanswered: Counter

    init(_ environment: ServiceEnvironment, concert: ConcertClient, identity: ServiceIdentity, alarm: BreachAlarm) {
        database = environment.database
        clock = environment.clock
        log = environment.log
        self.concert = concert
        self.identity = identity
        self.alarm = alarm
        unanswered = environment.metrics.counter(
            "wallet_attempts_unanswered_total", "Requests for a decision without an answer. They are repeated.")
    }

    /// Requests the decision once and returns the payment. It is still reserved if no answer came.
    func ask(_ payment: Payment, within timeout: Duration) async -> Payment {
        guard let content = payment.content, timeout > .zero else { return payment }
        do {
            let decision = try await decision(about: payment, content, identity.options(timeout: timeout))
            return try await settle(payment, decision)
        } catch let broken as BrokenInvariant {
            await alarm.halt(content.concert, because: broken, payment.id, of: payment.user)
        } catch {
            unanswered.increment()
            log.debug(
                "no decision", ["payment": "\(payment.id)", "attempt": .init(payment.attempt), "why": "\(error)"])
        }
        return payment
    }

    private func decision(
        about payment: Payment, _ content: Payment.Content, _ options: CallOptions
    ) async throws -> Decision {
        let answer: ConcertAPI.Decision
        if payment.wantsAbort {
            let request = AbortRequest(
                concertID: content.concert, paymentID: payment.id, reservationID: content.reservation)
            answer = try await concert.abort(request, options).decision
        } else {
            let request = ConfirmRequest(
                concertID: content.concert, paymentID: payment.id, reservationID: content.reservation,
                userID: payment.user, amount: content.amount.field, currency: content.amount.currency.code)
            answer = try await concert.confirm(request, options).decision
        }
        guard let decision = Decision(answer) else {
            throw RPCFailure(
                WalletReason.unreadableDecision, "Concert's decision cannot be read: \(answer)")
        }
        return decision
    }

    private func settle(_ asked: Payment, _ decision: Decision) async throws -> Payment {
        let (payment, halt) = try await database.transaction { tx in
            try Self.settle(asked, decision, clock: clock.now, tx)
        }
        if let halt { alarm.raise(halt) }
        return payment
    }

    /// Stores a decision. Returns the payment, and the halt if it is new.
    static func settle(
        _ asked: Payment, _ decision: Decision, clock: Timestamp, _ tx: Transaction
    ) throws -> (payment: Payment, halt: HaltTable.Halt?) {
        var payment = asked
        var step = payment.receive(decision, now: tx.now)
        if payment.state != .reserved, try !PaymentTable.close(payment, tx) {
            // Another call or instance has closed the payment.
            guard let other = try PaymentTable.find(asked.id, of: asked.user, tx), other.state != .reserved else {
                throw tx.conflict()
            }
            payment = other
            step = payment.receive(decision, now: tx.now)
        }
        switch step {
        case .nothing: break
        case .post(let place):
            try move(.payment, for: payment, tx)
            guard let place else { break }
            let pass = PassTable.Pass(user: payment.user, payment: payment.id, place: place, nextAttempt: clock)
            try PassTable.insert(pass, tx)
        case .release: try move(.release, for: payment, tx)
        case .giveBack: preconditionFailure("a decision never pays a refund")
        case .halt(let why):
            guard let concert = payment.content?.concert else { break }
            return (payment, try HaltTable.insert(why, payment.id, of: payment.user, for: concert, tx))
        }
        return (payment, nil)
    }

    private static func move(_ kind: WalletDomain.Entry.Kind, for payment: Payment, _ tx: Transaction) throws {
        guard let amount = payment.amountToMove else { return }
        guard try AccountTable.move(kind, amount, of: payment.user, for: RequestID(of: payment.id), tx) else {
            throw BrokenInvariant("the account does not have the payment's \(amount) set aside")
        }
    }
}
