import ConcertAPI
import Kernel
import RPC
import TestSupport
import Testing

@Suite struct SetReturnPolicyTests {
    struct Accepts {
        @Test(arguments: Engine.available)
        func `a policy is shown with its date, and applies to the next sale`(engine: Engine) async throws {
            try await House.with(engine) { house in
                let date = try await house.setPolicy([(7, 50), (30, 10)], until: .hours(3), version: 1, number: 4)
                #expect(date.returnSteps.map(\.daysBeforeStart) == [30, 7])
                #expect(date.returnSteps.map(\.keptPercent) == [10, 50])
                #expect(date.settings.cancelUntil == Timestamp.noon.later(.hours(3)) && date.version == 2)
                let mine = try await house.sold("A-1-1")
                let quote = try await house.quote(mine)
                #expect(quote.total == ReturnAmount(refunded: 2250, kept: 2250, currency: "EUR"))
            }
        }

        @Test(arguments: Engine.available)
        func `a change of the settings by an older client keeps the steps`(engine: Engine) async throws {
            try await House.with(engine) { house in
                let date = try await house.setPolicy([(7, 50)], until: .hours(3), version: 1, number: 4)
                let changed = try await house.calls(of: .operator).configureSchedule(
                    ConfigureScheduleRequest(
                        concertID: house.concert, scheduleID: house.schedule, settings: .tonight, version: date.version),
                    CallOptions(requestID: .numbered(5)))
                #expect(changed.schedule.returnSteps == date.returnSteps)
                #expect(changed.schedule.settings.cancelUntil == ScheduleSettings.tonight.cancelUntil)
            }
        }

        @Test(arguments: Engine.available)
        func `a sold ticket keeps the policy of its sale, unless a later one is better`(engine: Engine) async throws {
            try await House.with(engine) { house in
                _ = try await house.setPolicy([(7, 40)], until: .hours(3), version: 1, number: 4)
                let mine = try await house.sold("A-1-1")
                _ = try await house.setPolicy([(7, 60)], until: nil, version: 2, number: 5)
                #expect(try await house.quote(mine).total.kept == 1800)
                _ = try await house.setPolicy([(7, 20)], until: .hours(3), version: 3, number: 6)
                #expect(try await house.quote(mine).total.kept == 900)
            }
        }
    }

    struct Refuses {
        @Test(arguments: Engine.available)
        func `a policy that keeps less nearer to the start changes nothing`(engine: Engine) async throws {
            try await House.with(engine) { house in
                await expectRefusal("INVALID_FIELD") {
                    try await house.setPolicy([(7, 10), (30, 50)], until: nil, version: 1, number: 4)
                }
                await expectRefusal("INVALID_FIELD") {
                    try await house.setPolicy([(7, 101)], until: nil, version: 1, number: 5)
                }
                let late = await expectRefusal("INVALID_FIELD") {
                    try await house.setPolicy([], until: .hours(8) + .milliseconds(1), version: 1, number: 7)
                }
                #expect(late?.violation?.field == "cancel_until_ms", "it is after the start of the date")
                await expectRefusal("SCHEDULE_CHANGED") {
                    try await house.setPolicy([(7, 10)], until: nil, version: 2, number: 6)
                }
                let mine = try await house.sold("A-1-1")
                #expect(try await house.quote(mine).total.kept == 0)
            }
        }
    }

    struct Retries {
        @Test(arguments: Engine.available)
        func `a repeated policy changes nothing, another one with its id is refused`(engine: Engine) async throws {
            try await House.with(engine) { house in
                for _ in 1...2 {
                    let date = try await house.setPolicy([(7, 50)], until: .hours(3), version: 1, number: 4)
                    #expect(date.version == 2)
                }
                await expectRefusal("REQUEST_ID_REUSED") {
                    try await house.setPolicy([(7, 51)], until: .hours(3), version: 1, number: 4)
                }
            }
        }
    }

    struct Races {
        @Test(arguments: Engine.available)
        func `of two simultaneous policies from one version, one is set`(engine: Engine) async throws {
            try await House.with(engine, instances: engine.instances) { house in
                async let one = try? house.setPolicy([(7, 50)], until: nil, version: 1, number: 4)
                async let other = try? house.setPolicy([(7, 60)], until: nil, version: 1, number: 5)
                let dates = await [one, other].compactMap(\.self)
                #expect(dates.count == 1)
                #expect(dates.first?.version == 2)
            }
        }
    }
}
