import ConcertAPI
import ConcertDomain
import RPC

extension ConcertServer {
    func setSeats(_ request: SetSeatsRequest, call: Call) async throws -> SetSeatsReply {
        var offers: [Offer] = []
        for offer in request.offers { offers.append(try Offer(offer)) }
        let change = try SeatChange(call.requestID, offers: offers)
        let tally = try await apply(change, to: ScheduleKey(request.concertID, request.scheduleID), call: call)
        return SetSeatsReply(counts: SeatChangeCounts(tally))
    }
}
