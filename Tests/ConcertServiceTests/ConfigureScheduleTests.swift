import ConcertAPI
import Kernel
import RPC
import TestSupport
import Testing

@Suite struct ConfigureScheduleTests {
    @Test(arguments: Engine.available)
    func `a change of a date applies immediately on the same instance`(engine: Engine) async throws {
        try await House.with(engine) { house in
            _ = try await house.reserve("A-1-1", as: .alice, number: 10)
            let list = ListSchedulesRequest(concertID: house.concert.bytes)
            let date = try #require(try await house.calls(of: nil).listSchedules(list).schedules.first)
            var settings = try #require(date.settings)
            settings.seatsPerUser = 1
            let change = ConfigureScheduleRequest(
                concertID: house.concert.bytes, scheduleID: house.schedule.bytes, settings: settings,
                version: date.version)
            _ = try await house.calls(of: .operator).configureSchedule(change, CallOptions(requestID: .numbered(11)))
            await expectRefusal("TOO_MANY_SEATS") { try await house.reserve("A-1-2", as: .alice, number: 12) }
        }
    }

    @Test(arguments: Engine.available)
    func `a change needs the latest version, and a repeated one changes nothing`(engine: Engine) async throws {
        try await House.with(engine) { house in
            let calls = house.calls(of: .operator)
            let add = AddScheduleRequest(concertID: house.concert.bytes, settings: .tonight)
            let added = try #require(try await calls.addSchedule(add, CallOptions(requestID: .numbered(2))).schedule)
            var settings = try #require(added.settings)
            settings.name = "matinee"
            settings.seatsPerUser = 1
            let change = ConfigureScheduleRequest(
                concertID: house.concert.bytes, scheduleID: house.schedule.bytes, settings: settings,
                version: added.version)
            for _ in 1...2 {
                let changed = try await calls.configureSchedule(change, CallOptions(requestID: .numbered(5)))
                #expect(changed.schedule?.version == added.version + 1)
            }
            let failure = await expectRefusal("SCHEDULE_CHANGED") {
                try await calls.configureSchedule(change, CallOptions(requestID: .numbered(6)))
            }
            #expect(failure?.message.contains("version 2") == true)
            await expectRefusal("TOO_MANY_SEATS") { try await house.reserve("A-1-1", "A-1-2", as: .alice, number: 7) }
            let retried = try await calls.addSchedule(add, CallOptions(requestID: .numbered(2)))
            #expect(retried.schedule?.settings?.name == "matinee")
            // The old name can be used again.
            let tonight = try await calls.addSchedule(add, CallOptions(requestID: .numbered(8)))
            #expect(tonight.schedule?.settings?.name == "tonight")
        }
    }
}
