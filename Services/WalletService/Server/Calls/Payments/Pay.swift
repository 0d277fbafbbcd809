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
        let waiting = PayBatch.Request(
            payment: request.paymentID, user: user, content: content, deadline: call.deadline)
        let (begun, index) = try await payments.outcome(of: waiting, in: content.concert)
        var payment = try begun[index].get().payment
        let isNew = try begun[index].get().isNew
        let margin = LiveAttempt.margin(of: call)
        var seats: [PaidSeat] = []
        if isNew, payment.state == .reserved {
            (payment, seats) = await coordinator.ask(payment, within: LiveAttempt.timeout(of: call))
        }
        payment = await outcome(of: payment, call, margin)
        if payment.state == .posted, seats.isEmpty {
            seats = await coordinator.seats(of: payment, within: LiveAttempt.timeout(of: call))
        }
        return PayReply(payment: .init(payment, at: clock.now), seats: payment.state == .posted ? seats : [])
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
