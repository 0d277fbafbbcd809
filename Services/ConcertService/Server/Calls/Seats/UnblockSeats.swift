import ConcertAPI
import ConcertDomain
import RPC

extension ConcertServer {
    func unblockSeats(_ request: UnblockSeatsRequest, call: Call) async throws -> UnblockSeatsReply {
        let change = try SeatChange(call.requestID, unblocking: SeatRun.all(request.seats))
        let tally = try await apply(change, to: ScheduleKey(request.concertID, request.scheduleID), call: call)
        return UnblockSeatsReply(counts: SeatChangeCounts(tally))
    }
}
