import Database
import Kernel
import RPC
import Service
import WalletAPI
import WalletDomain

extension WalletServer {
    func topUp(_ request: TopUpRequest, call: Call) async throws -> TopUpReply {
        let id = try call.requestID
        let user = try await whoseWallet(request.name, call)
        let topUp = try TopUp(id, for: user, try Money(field: request.amount, request.currency), within: limits)
        return try await database.transaction(before: call.deadline) { [limits] tx in
            guard try TopUpTable.insert(topUp, tx) else {
                guard try TopUpTable.find(id, of: user, tx) == topUp,
                    let account = try AccountTable.find(user, in: topUp.amount.currency, tx)
                else { throw WalletRefusal.requestIDReused }
                return TopUpReply(balance: Balance(account, try AccountTable.times(of: account, tx)))
            }
            guard let account = try AccountTable.topUp(topUp, limit: limits.balance, tx) else {
                throw WalletRefusal.because(
                    .balanceLimit,
                    "amount: the wallet would hold more than \(limits.balance) in the smallest unit of the currency; "
                        + "top up less")
            }
            try ActionTable.append(call, tx)
            return TopUpReply(balance: Balance(account, try AccountTable.times(of: account, tx)))
        }
    }

    private func whoseWallet(_ name: String, _ call: Call) async throws -> UserID {
        guard call.caller?.role == .operator else {
            guard usersMayTopUp else { throw WalletRefusal.because(.topUpNotAllowed) }
            guard name.isEmpty else {
                throw WalletRefusal.invalid(
                    "name", "must be empty for users, because they top up their own wallet")
            }
            return try call.user
        }
        let name = try UserName(name)
        return try await database.read(before: call.deadline) { try ProfileTable.require(name, $0).user }
    }
}
