import ConcertAPI
import Kernel
import RPC
import TestSupport
import Testing

@Suite struct ConfigureScheduleTests {
    @Test(arguments: Engine.available)
    func `a change of a date holds at once where it was made`(engine: Engine) async throws {
        try await House.with(engine) { house in
            _ = try await house.reserve("A-1-1", as: .alice, number: 10)
            let list = ListSchedulesRequest(concertID: house.concert.bytes)
            let date = try #require(try await house.calls(of: nil).listSchedules(list).schedules.first)
            var settings = try #require(date.settings)
            settings.seatsPerUser = 1
            let change = ConfigureScheduleRequest(
                concertID: house.concert.bytes, scheduleID: house.schedule.bytes, settings: settings,
                version: date.version)
            _ = try await house.calls(of: .operator).configureSchedule(change, CallOptions(requestID: .wish(11)))
            await expectRefusal("TOO_MANY_SEATS") { try await house.reserve("A-1-2", as: .alice, number: 12) }
        }
    }
}
