import Database
import Kernel
import RPC
import WalletAPI
import WalletDomain

extension WalletServer {
    private static let mostHalts = 100

    func listHalted(_ request: ListHaltedRequest, call: Call) async throws -> ListHaltedReply {
        let halts = try await database.read(before: call.deadline) { try HaltTable.first(Self.mostHalts + 1, $0) }
        return ListHaltedReply(
            halts: halts.prefix(Self.mostHalts).map { halt in
                Halt(
                    concertID: halt.concert.bytes, why: halt.why, userID: halt.user.bytes,
                    paymentID: halt.payment.bytes, haltedAtMs: halt.at.field)
            }, hasMore: halts.count > Self.mostHalts)
    }
}
