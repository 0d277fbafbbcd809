import ConcertAPI
import Kernel
import RPC
import TestSupport
import Testing

@Suite struct ShowSeatHistoryTests {
    @Test(arguments: Engine.available)
    func `a seat of the same name on another date has a history of its own`(engine: Engine) async throws {
        try await House.with(engine) { house in
            let calls = house.calls(of: .operator)
            var settings = ScheduleSettings.tonight
            settings.name = "tomorrow"
            let add = AddScheduleRequest(concertID: house.concert.bytes, settings: settings)
            let added = try await calls.addSchedule(add, CallOptions(requestID: .wish(4))).schedule
            let tomorrow = House(
                service: house.service, concert: house.concert,
                schedule: try #require(added.flatMap { .init(bytes: $0.scheduleID) }))
            _ = try await calls.setSeats(
                tomorrow.seats([.row("A", "1", 1...1, grade: "A", price: 4500)]), CallOptions(requestID: .wish(5)))
            let held = try await tomorrow.reserve("A-1-1", as: .alice, number: 10)
            #expect(
                try await tomorrow.history(of: "A-1-1").claims.map { $0.reservation?.reservationID }
                    == [held.reservationID])
            let history = try await house.history(of: "A-1-1")
            #expect(history.state == .free && history.claims.isEmpty)
        }
    }
}
