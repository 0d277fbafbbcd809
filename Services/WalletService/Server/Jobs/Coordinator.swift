import ConcertAPI
import Database
import Kernel
import RPC
import Service
import Telemetry
import WalletAPI
import WalletDomain

/// Completes a payment: requests Concert's decision and stores it.
///
/// The payment is committed before the request, only a recorded decision closes it, and closing is a compare-and-set. So
/// requests may be repeated, late, or sent by two instances at once.
struct Coordinator: Sendable {
    let alarm: BreachAlarm
    /// The undecided payments that this instance has begun or claimed.
    let open: OpenWork<Payment>
    private let settlements: SettleBatch.Line
    private let passes: FinishedPasses
    private let concert: ConcertClient
    private let identity: ServiceIdentity
    private let log: Log
    private let unanswered: Counter

    init(
        _ environment: ServiceEnvironment, concert: ConcertClient, identity: ServiceIdentity, alarm: BreachAlarm,
        passes: FinishedPasses
    ) {
        self.passes = passes
        settlements = SettleBatch.line(on: environment.database, environment.clock)
        open = OpenWork(Recovery.payments, environment, batch: Recovery.batch)
        log = environment.log
        self.concert = concert
        self.identity = identity
        self.alarm = alarm
        unanswered = environment.metrics.counter(
            "wallet_attempts_unanswered_total", "Requests for a decision without an answer. They are repeated.")
    }

    /// Requests the decision once and returns the payment, with the seats that it bought. The payment is still reserved if
    /// there was no answer.
    func ask(_ payment: Payment, within timeout: Duration) async -> (payment: Payment, seats: [PaidSeat]) {
        open.put(payment)
        guard let content = payment.content, timeout > .zero else { return (payment, []) }
        do {
            let (decision, seats) = try await decision(about: payment, content, identity.options(timeout: timeout))
            return (try await settle(payment, decision, in: content.concert), seats)
        } catch let broken as BrokenInvariant {
            await alarm.halt(content.concert, because: broken, payment.id, of: payment.user)
        } catch {
            unanswered.increment()
            log.debug(
                "no decision", ["payment": "\(payment.id)", "attempt": .init(payment.attempt), "why": "\(error)"])
        }
        return (payment, [])
    }

    /// The seats of a paid payment that are not returned. Concert answers from the decision that it has stored. Empty if
    /// it does not answer.
    func seats(of payment: Payment, within timeout: Duration) async -> [PaidSeat] {
        guard let content = payment.content, timeout > .zero else { return [] }
        return (try? await decision(about: payment, content, identity.options(timeout: timeout)).seats) ?? []
    }

    private func decision(
        about payment: Payment, _ content: Payment.Content, _ options: CallOptions
    ) async throws -> (decision: Decision, seats: [PaidSeat]) {
        let answer: ConcertAPI.Decision
        if payment.isAbortRequested {
            let request = AbortRequest(
                concertID: content.concert, paymentID: payment.id, reservationID: content.reservation,
                understandsParts: true)
            answer = try await concert.abort(request, options).decision
        } else {
            let request = ConfirmRequest(
                concertID: content.concert, paymentID: payment.id, reservationID: content.reservation,
                userID: payment.user, amount: content.amount.field, currency: content.amount.currency.code,
                understandsParts: true)
            answer = try await concert.confirm(request, options).decision
        }
        guard let decision = Decision(answer) else {
            throw RPCFailure(
                WalletReason.unreadableDecision, "Concert's decision cannot be read: \(answer)")
        }
        return (decision, answer.seats.map { PaidSeat(seat: $0.seat, ticketID: $0.ticketID) })
    }

    /// Stores a decision. Returns the payment.
    private func settle(_ asked: Payment, _ decision: Decision, in concert: ConcertID) async throws -> Payment {
        let (settled, index) = try await settlements.outcome(
            of: SettleBatch.Request(payment: asked, decision: decision), in: concert)
        let outcome = try settled[index].get()
        if let halt = outcome.halt { alarm.raise(halt) }
        if let pass = outcome.pass { passes.begin(pass) }
        if outcome.payment.state != .reserved { open.remove(asked.id) }
        return outcome.payment
    }
}
