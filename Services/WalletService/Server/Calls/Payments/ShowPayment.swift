import Database
import Kernel
import RPC
import WalletAPI
import WalletDomain

extension WalletServer {
    func showPayment(_ request: ShowPaymentRequest, call: Call) async throws -> ShowPaymentReply {
        let user = try call.user
        return try await database.read(before: call.deadline) { [clock] reader in
            guard let payment = try PaymentTable.find(request.paymentID, of: user, reader) else {
                throw WalletRefusal.because(.paymentUnknown)
            }
            return ShowPaymentReply(payment: .init(payment, at: clock.now))
        }
    }
}
