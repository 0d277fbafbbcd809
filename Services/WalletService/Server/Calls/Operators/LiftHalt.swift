import Database
import Kernel
import RPC
import WalletAPI

extension WalletServer {
    func liftHalt(_ request: LiftHaltRequest, call: Call) async throws -> LiftHaltReply {
        let (user, wasHalted) = (
            try call.user,
            try await database.transaction(before: call.deadline) { try HaltTable.lift(request.concertID, $0) }
        )
        if wasHalted { coordinator.alarm.lifted(request.concertID, by: user) }
        return LiftHaltReply()
    }
}
