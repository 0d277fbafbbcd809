import Database
import Kernel
import RPC
import Service
import WalletAPI

extension WalletServer {
    func liftHalt(_ request: LiftHaltRequest, call: Call) async throws -> LiftHaltReply {
        let concert = try ConcertID(field: "concert_id", request.concertID)
        let (user, wasHalted) = (
            try call.user,
            try await database.transaction(before: call.deadline) { try HaltTable.lift(concert, $0) }
        )
        if wasHalted { coordinator.alarm.lifted(concert, by: user) }
        return LiftHaltReply()
    }
}
