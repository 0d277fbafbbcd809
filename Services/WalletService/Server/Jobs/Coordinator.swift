import ConcertAPI
import Database
import Kernel
import RPC
import Runtime
import Service
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
            await alarm.halt(broken)
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
        let entry: DecisionEntry?
        if payment.wantsAbort {
            let request = AbortRequest(
                concertID: content.concert.bytes, paymentID: payment.id.bytes,
                reservationID: content.reservation.bytes)
            entry = try await concert.abort(request, options).decision
        } else {
            let request = ConfirmRequest(
                concertID: content.concert.bytes, paymentID: payment.id.bytes,
                reservationID: content.reservation.bytes, userID: payment.user.bytes, amount: content.amount.field,
                currency: content.amount.currency.code)
            entry = try await concert.confirm(request, options).decision
        }
        guard let decision = entry.flatMap({ Decision($0) }) else {
            throw RPCFailure(
                .internal, "UNREADABLE_DECISION", "Concert's decision cannot be read: \(String(describing: entry))")
        }
        return decision
    }

    private func settle(_ asked: Payment, _ decision: Decision) async throws -> Payment {
        let (payment, halt) = try await database.transaction { tx in
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
            return (payment, try carryOut(step, for: payment, tx))
        }
        if let halt { alarm.raise(halt) }
        return payment
    }

    /// Returns the halt if it is new.
    private func carryOut(
        _ step: Payment.Step, for payment: Payment, _ tx: Transaction
    ) throws -> HaltTable.Halt? {
        switch step {
        case .nothing: break
        case .post(let place):
            try Self.move(.payment, for: payment, tx)
            guard let place else { break }
            try PassTable.insert(
                PassTable.Pass(user: payment.user, payment: payment.id, place: place, nextAttempt: clock.now), tx)
        case .release: try Self.move(.release, for: payment, tx)
        case .giveBack: preconditionFailure("a decision never pays a refund")
        case .halt(let why):
            guard let concert = payment.content?.concert else { break }
            let halt = HaltTable.Halt(concert: concert, payment: payment.id, user: payment.user, why: why, at: tx.now)
            if try HaltTable.insert(halt, tx) { return halt }
        }
        return nil
    }

    private static func move(_ kind: WalletDomain.Entry.Kind, for payment: Payment, _ tx: Transaction) throws {
        guard let concert = payment.content?.concert, let amount = payment.amountToMove else { return }
        guard try AccountTable.move(kind, amount, of: payment.user, for: RequestID(of: payment.id), tx) else {
            throw BrokenInvariant(
                halt: HaltTable.Halt(
                    concert: concert, payment: payment.id, user: payment.user,
                    why: "the account does not have the payment's \(amount) set aside",
                    at: tx.now))
        }
    }
}
