import Database
import Kernel
import RPC
import WalletAPI
import WalletDomain

extension WalletServer {
    func cancelPayment(_ request: CancelPaymentRequest, call: Call) async throws -> CancelPaymentReply {
        let user = try call.user
        var payment = try await database.transaction(before: call.deadline) { [clock] tx in
            try Self.cancel(request.paymentID, of: user, clock: clock.now, tx)
        }
        if payment.state == .reserved {
            payment = await coordinator.ask(payment, within: LiveAttempt.timeout(of: call)).payment
        }
        return CancelPaymentReply(payment: .init(payment, at: clock.now))
    }

    static func cancel(_ id: PaymentID, of user: UserID, clock: Timestamp, _ tx: Transaction) throws -> Payment {
        guard var payment = try PaymentTable.find(id, of: user, tx) else {
            let cancelled = Payment.cancelledBefore(id, by: user, now: tx.now)
            if try !PaymentTable.insert([cancelled], tx).isEmpty { return cancelled }
            _ = try PaymentTable.requireEarlier(id, of: user, tx)
            // The payment arrived meanwhile: it is cancelled when the closure runs again.
            throw tx.conflict()
        }
        if payment.cancel(clock: clock) { try PaymentTable.cancel(payment, tx) }
        return payment
    }
}
