import Database
import Kernel
import RPC
import WalletAPI
import WalletDomain

extension WalletServer {
    func listPayments(_ request: ListPaymentsRequest, call: Call) async throws -> ListPaymentsReply {
        let user = try call.user
        return try await database.read(before: call.deadline) { [clock] reader in
            let page = try Self.payments(of: user, before: request.beforePaymentID, request.pageSize, reader)
            return ListPaymentsReply(payments: page.items.map { .init($0, at: clock.now) }, hasMore: page.hasMore)
        }
    }

    func findPayments(_ request: FindPaymentsRequest, call: Call) async throws -> FindPaymentsReply {
        guard request.name.isEmpty != (request.paymentID == nil) else {
            throw WalletRefusal.invalid("name", "must be set if payment_id is not, and empty if it is")
        }
        let name = request.name.isEmpty ? nil : try UserName(request.name)
        return try await database.read(before: call.deadline) { [clock] reader in
            if let name {
                let user = try ProfileTable.require(name, reader).user
                let page = try Self.payments(of: user, before: request.beforePaymentID, request.pageSize, reader)
                return FindPaymentsReply(payments: page.items.map { .init($0, at: clock.now) }, hasMore: page.hasMore)
            }
            guard let id = request.paymentID, let user = try PaymentTable.owner(of: id, reader),
                let payment = try PaymentTable.find(id, of: user, reader)
            else { throw WalletRefusal.because(.paymentUnknown) }
            return FindPaymentsReply(payments: [.init(payment, at: clock.now)])
        }
    }

    private static func payments(
        of user: UserID, before id: PaymentID?, _ size: UInt32, _ reader: Reader
    ) throws -> Page<Payment> {
        try Page(of: size, usual: 50) {
            try PaymentTable.all(of: user, before: id, limit: $0, reader)
        }
    }
}
