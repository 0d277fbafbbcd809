import ConcertAPI
import Kernel
import RPC
import TestSupport
import Testing

@Suite struct AddScheduleTests {
    struct Accepts {
        @Test(arguments: Engine.available)
        func `a date gets the defaults of what its settings leave out`(engine: Engine) async throws {
            try await House.with(engine) { house in
                var settings = ScheduleSettings.tonight
                settings.name = "tomorrow"
                let add = AddScheduleRequest(concertID: house.concert, settings: settings)
                let reply = try await house.calls(of: .operator).addSchedule(add, CallOptions(requestID: .numbered(4)))
                let added = reply.schedule
                #expect(added.scheduleID == .numbered(4) && added.version == 1)
                #expect(added.settings.seatsPerUser == 4 && added.settings.hold == .minutes(5))
            }
        }
    }

    struct Refuses {
        @Test func `a refusal names the invalid field`() async throws {
            try await House.with(.memory) { house in
                for (change, field) in [
                    ({ $0.name = "To Night" }, "name"), ({ $0.startsAt = nil }, "ends_at_ms"),
                    ({ $0.endsAt = $0.startsAt }, "ends_at_ms"),
                    ({ $0.saleClosesAt = $0.saleOpensAt }, "sale_closes_at_ms"),
                    ({ $0.seatsPerUser = 51 }, "seats_per_user"), ({ $0.hold = .milliseconds(999) }, "hold_ms"),
                    ({ $0.hold = .milliseconds(86_400_001) }, "hold_ms"),
                ] as [((inout ScheduleSettings) -> Void, String)] {
                    var settings = ScheduleSettings.tonight
                    settings.name = "later"
                    change(&settings)
                    let add = AddScheduleRequest(concertID: house.concert, settings: settings)
                    let failure = await expectRefusal("INVALID_FIELD") {
                        try await house.calls(of: .operator).addSchedule(add, CallOptions(requestID: .numbered(4)))
                    }
                    let violated = failure?.violation?.field.split(separator: ".").last
                    #expect(violated == field[...], "\(failure?.message ?? "")")
                }
            }
        }

        @Test func `an unknown concert is refused`() async throws {
            try await House.with(.memory) { house in
                let add = AddScheduleRequest(concertID: ConcertID(high: 0xdead, low: 1), settings: .tonight)
                await expectRefusal("CONCERT_UNKNOWN") {
                    try await house.calls(of: .operator).addSchedule(add, CallOptions(requestID: .numbered(4)))
                }
            }
        }

        @Test(arguments: Engine.available)
        func `a taken name is refused`(engine: Engine) async throws {
            try await House.with(engine) { house in
                let add = AddScheduleRequest(concertID: house.concert, settings: .tonight)
                await expectRefusal("NAME_TAKEN") {
                    try await house.calls(of: .operator).addSchedule(add, CallOptions(requestID: .numbered(4)))
                }
            }
        }
    }

    struct Retries {
        @Test(arguments: Engine.available)
        func `a repeated request gets its date, another one with its id is refused`(engine: Engine) async throws {
            try await House.with(engine) { house in
                let calls = house.calls(of: .operator)
                var add = AddScheduleRequest(concertID: house.concert, settings: .tonight)
                let again = try await calls.addSchedule(add, CallOptions(requestID: .numbered(2)))
                #expect(again.schedule.scheduleID == house.schedule)
                add.settings.seatsPerUser = 5
                await expectRefusal("REQUEST_ID_REUSED") {
                    try await calls.addSchedule(add, CallOptions(requestID: .numbered(2)))
                }
            }
        }
    }

    struct Races {
        @Test(arguments: Engine.available)
        func `simultaneous duplicates add one date`(engine: Engine) async throws {
            try await House.with(engine, instances: engine.instances) { house in
                for number in 0..<20 as Range<UInt64> {
                    var settings = ScheduleSettings.tonight
                    settings.name = "night-\(number)"
                    let add = AddScheduleRequest(concertID: house.concert, settings: settings)
                    let (one, two) = try await house.twice {
                        try await $0.addSchedule(add, CallOptions(requestID: .numbered(200 + number)))
                    }
                    #expect(one == two)
                }
            }
        }
    }
}
