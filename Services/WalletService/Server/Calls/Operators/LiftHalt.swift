import Database
import RPC
import Service
import WalletAPI

extension WalletServer {
    func liftHalt(_ request: LiftHaltRequest, call: Call) async throws -> LiftHaltReply {
        let user = try call.user
        let wasHalted = try await database.transaction(before: call.deadline) { tx in
            guard try HaltTable.lift(request.concertID, tx) else { return false }
            try ActionTable.append(call, tx)
            return true
        }
        if wasHalted { coordinator.alarm.lifted(request.concertID, by: user) }
        return LiftHaltReply()
    }
}
