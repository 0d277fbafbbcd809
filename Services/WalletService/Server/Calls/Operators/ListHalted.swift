import Database
import RPC
import WalletAPI

extension WalletServer {
    func listHalted(_ request: ListHaltedRequest, call: Call) async throws -> ListHaltedReply {
        try await database.read(before: call.deadline) { reader in
            let page = try Page { try HaltTable.all(limit: $0, reader) }
            return ListHaltedReply(halts: page.items.map { Halt($0) }, hasMore: page.hasMore)
        }
    }
}

extension Halt {
    fileprivate init(_ halt: HaltTable.Halt) {
        self.init(
            concertID: halt.concert, why: halt.why, userID: halt.user, paymentID: halt.payment, haltedAt: halt.at)
    }
}
