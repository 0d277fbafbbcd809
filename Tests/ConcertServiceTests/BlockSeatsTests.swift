import ConcertAPI
import Kernel
import RPC
import TestSupport
import Testing

@Suite struct BlockSeatsTests {
    @Test func `seats that another instance has just added can be blocked`() async throws {
        try await House.with(.postgreSQL, instances: 2) { house in
            let (concert, schedule) = (house.concert.bytes, house.schedule.bytes)
            let (first, second) = (house.calls(of: .operator), house.calls(of: .operator, instance: 1))
            _ = try await second.showSeats(ShowSeatsRequest(concertID: concert, scheduleID: schedule))
            let offer = SeatOffer.row("C", "1", 1...2, grade: "C", price: 100)
            _ = try await first.setSeats(house.seats([offer]), CallOptions(requestID: .wish(10)))
            let block = BlockSeatsRequest(
                concertID: concert, scheduleID: schedule, seats: [.row("C", "1", 1...2)], reason: "camera")
            #expect(
                try await second.blockSeats(block, CallOptions(requestID: .wish(11))).counts
                    == SeatChangeCounts(added: 0, changed: 2, kept: 0))
        }
    }
}
