import Database
import Kernel
import RPC
import Service
import WalletAPI
import WalletDomain

extension WalletServer {
    private static let backoff = Backoff(from: .milliseconds(20), upTo: .milliseconds(320))

    func pay(_ request: PayRequest, call: Call) async throws -> PayReply {
        let user = try call.user
        let content = Payment.Content(
            concert: request.concertID, reservation: request.reservationID,
            amount: try Money(field: request.amount, request.currency))
        var (payment, isNew) = try await database.transaction(before: call.deadline) { tx in
            try Self.begin(request.paymentID, by: user, for: content, clock: clock.now, tx)
        }
        let margin = LiveAttempt.margin(of: call)
        if isNew, payment.state == .reserved {
            payment = await coordinator.ask(payment, within: LiveAttempt.timeout(of: call))
        }
        payment = await outcome(of: payment, call, margin)
        return PayReply(payment: .init(payment, at: clock.now))
    }

    static func begin(
        _ id: PaymentID, by user: UserID, for content: Payment.Content, clock: Timestamp, _ tx: Transaction
    ) throws -> (payment: Payment, isNew: Bool) {
        var payment = Payment.reserve(id, by: user, for: content, clock: clock, now: tx.now)
        let isHalted = try HaltTable.isHalted(content.concert, tx)
        guard try !isHalted && PaymentTable.insert(payment, tx) else {
            // A halt changes no answer: a payment that began before it keeps its first answer.
            if let earlier = try PaymentTable.find(id, of: user, tx) { return (try earlier.matching(content), false) }
            throw isHalted ? WalletRefusal.concertHalted : tx.conflict()
        }
        if let amount = payment.amountToMove,
            try !AccountTable.move(.setAside, amount, of: user, for: RequestID(of: id), tx)
        {
            let account = try AccountTable.find(user, in: amount.currency, tx)
            payment.decline(account == nil ? .noAccount : .insufficient, now: tx.now)
            guard try PaymentTable.close(payment, tx) else { throw tx.conflict() }
        }
        return (payment, true)
    }

    /// Polls until the payment is decided or the caller's deadline is near. If the database fails, the answer is
    /// PENDING and not a failure, because the money is already set aside.
    private func outcome(of payment: Payment, _ call: Call, _ margin: Duration) async -> Payment {
        var payment = payment
        var reads = 0
        while payment.state == .reserved {
            reads += 1
            // The event loop measures the time that remains, so it also measures the pauses.
            let pause = Self.backoff.pause(after: reads)
            guard call.remaining > margin + pause, await EventLoop.current?.pause(for: pause) ?? false else { break }
            let seen = try? await database.read(before: call.deadline + (.zero - margin)) { [payment] in
                try PaymentTable.find(payment.id, of: payment.user, $0)
            }
            guard let seen else { break }
            payment = seen
        }
        return payment
    }
}
