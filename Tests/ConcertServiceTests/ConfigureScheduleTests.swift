import ConcertAPI
import Kernel
import RPC
import TestSupport
import Testing

@Suite struct ConfigureScheduleTests {
    struct Accepts {
        @Test(arguments: Engine.available)
        func `a change of a date applies immediately on the same instance`(engine: Engine) async throws {
            try await House.with(engine) { house in
                _ = try await house.reserve("A-1-1", as: .alice, number: 10)
                let list = ListSchedulesRequest(concertID: house.concert)
                let date = try #require(try await house.calls(of: nil).listSchedules(list).schedules.first)
                var settings = date.settings
                settings.seatsPerUser = 1
                let change = ConfigureScheduleRequest(
                    concertID: house.concert, scheduleID: house.schedule, settings: settings,
                    version: date.version)
                _ = try await house.calls(of: .operator).configureSchedule(
                    change, CallOptions(requestID: .numbered(11)))
                await expectRefusal("TOO_MANY_SEATS") { try await house.reserve("A-1-2", as: .alice, number: 12) }
            }
        }

        @Test(arguments: Engine.available)
        func `a renamed date gives its old name back`(engine: Engine) async throws {
            try await House.with(engine) { house in
                let calls = house.calls(of: .operator)
                let (added, change) = try await house.rename("matinee")
                _ = try await calls.configureSchedule(change, CallOptions(requestID: .numbered(5)))
                let retried = try await calls.addSchedule(added, CallOptions(requestID: .numbered(2)))
                #expect(retried.schedule.settings.name == "matinee")
                let tonight = try await calls.addSchedule(added, CallOptions(requestID: .numbered(8)))
                #expect(tonight.schedule.settings.name == "tonight")
            }
        }
    }

    struct Refuses {
        @Test(arguments: Engine.available)
        func `a change from an older version is refused, with the latest version`(engine: Engine) async throws {
            try await House.with(engine) { house in
                let (_, change) = try await house.rename("matinee")
                let calls = house.calls(of: .operator)
                _ = try await calls.configureSchedule(change, CallOptions(requestID: .numbered(5)))
                let failure = await expectRefusal("SCHEDULE_CHANGED") {
                    try await calls.configureSchedule(change, CallOptions(requestID: .numbered(6)))
                }
                #expect(failure?.message.contains("version 2") == true)
            }
        }

        @Test(arguments: Engine.available)
        func `the name of another date is refused`(engine: Engine) async throws {
            try await House.with(engine) { house in
                let calls = house.calls(of: .operator)
                var (added, change) = try await house.rename("matinee")
                added.settings.name = "matinee"
                _ = try await calls.addSchedule(added, CallOptions(requestID: .numbered(4)))
                await expectRefusal("NAME_TAKEN") {
                    try await calls.configureSchedule(change, CallOptions(requestID: .numbered(5)))
                }
                change.scheduleID = .numbered(99)
                await expectRefusal("SCHEDULE_UNKNOWN") {
                    try await calls.configureSchedule(change, CallOptions(requestID: .numbered(6)))
                }
            }
        }
    }

    struct Retries {
        @Test(arguments: Engine.available)
        func `a repeated change changes nothing, another one with its id is refused`(engine: Engine) async throws {
            try await House.with(engine) { house in
                let calls = house.calls(of: .operator)
                var (_, change) = try await house.rename("matinee")
                for _ in 1...2 {
                    let changed = try await calls.configureSchedule(change, CallOptions(requestID: .numbered(5)))
                    #expect(changed.schedule.version == change.version + 1)
                }
                change.settings.seatsPerUser = 7
                await expectRefusal("REQUEST_ID_REUSED") {
                    try await calls.configureSchedule(change, CallOptions(requestID: .numbered(5)))
                }
            }
        }
    }

    struct Races {
        @Test(arguments: Engine.available)
        func `simultaneous duplicates rename a date once`(engine: Engine) async throws {
            try await House.with(engine, instances: engine.instances) { house in
                var settings = ScheduleSettings.tonight
                for number in 0..<20 as Range<UInt64> {
                    settings.name = "night-\(number)"
                    let change = ConfigureScheduleRequest(
                        concertID: house.concert, scheduleID: house.schedule, settings: settings,
                        version: number + 1)
                    let answers = try await house.twice {
                        try await $0.configureSchedule(change, CallOptions(requestID: .numbered(100 + number)))
                    }
                    #expect(answers.0 == answers.1)
                    #expect(answers.0.schedule.version == number + 2)
                }
            }
        }
    }
}

extension House {
    /// Returns the request that added the date, and a request that renames it.
    fileprivate func rename(_ name: String) async throws -> (AddScheduleRequest, ConfigureScheduleRequest) {
        let add = AddScheduleRequest(concertID: concert, settings: .tonight)
        let reply = try await calls(of: .operator).addSchedule(add, CallOptions(requestID: .numbered(2)))
        var settings = reply.schedule.settings
        settings.name = name
        let change = ConfigureScheduleRequest(
            concertID: concert, scheduleID: schedule, settings: settings,
            version: reply.schedule.version)
        return (add, change)
    }
}
