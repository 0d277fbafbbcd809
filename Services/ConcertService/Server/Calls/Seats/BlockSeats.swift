import ConcertAPI
import ConcertDomain
import RPC

extension ConcertServer {
    func blockSeats(_ request: BlockSeatsRequest, call: Call) async throws -> BlockSeatsReply {
        let change = try SeatChange(call.requestID, blocking: SeatRun.all(request.seats), reason: request.reason)
        let tally = try await apply(change, to: ScheduleKey(request.concertID, request.scheduleID), call: call)
        return BlockSeatsReply(counts: SeatChangeCounts(tally))
    }
}
