import ConcertAPI
import Kernel
import RPC
import TestSupport
import Testing

@Suite struct AddScheduleTests {
    @Test(arguments: Engine.available)
    func `a repeated request adds one date, and another date cannot take its name`(engine: Engine) async throws {
        try await House.with(engine) { house in
            let calls = house.calls(of: .operator)
            let add = AddScheduleRequest(concertID: house.concert.bytes, settings: .tonight)
            let added = try #require(try await calls.addSchedule(add, CallOptions(requestID: .numbered(2))).schedule)
            #expect(added.scheduleID == house.schedule.bytes)
            #expect(added.settings?.seatsPerUser == 4)
            #expect(added.settings?.holdMs == 300_000)
            await expectRefusal("NAME_TAKEN") { try await calls.addSchedule(add, CallOptions(requestID: .numbered(4))) }
        }
    }

    @Test func `a refusal names the invalid field`() async throws {
        try await House.with(.memory) { house in
            for (change, field) in [
                ({ $0.name = "To Night" }, "name"), ({ $0.startsAtMs = 0 }, "ends_at_ms"),
                ({ $0.endsAtMs = $0.startsAtMs }, "ends_at_ms"),
                ({ $0.saleClosesAtMs = $0.saleOpensAtMs }, "sale_closes_at_ms"),
                ({ $0.seatsPerUser = 51 }, "seats_per_user"), ({ $0.holdMs = 999 }, "hold_ms"),
                ({ $0.holdMs = 86_400_001 }, "hold_ms"), ({ $0.roomID = [1] }, "room_id"),
            ] as [((inout ScheduleSettings) -> Void, String)] {
                var settings = ScheduleSettings.tonight
                settings.name = "later"
                change(&settings)
                let add = AddScheduleRequest(concertID: house.concert.bytes, settings: settings)
                let failure = await expectRefusal("INVALID_FIELD") {
                    try await house.calls(of: .operator).addSchedule(add, CallOptions(requestID: .numbered(4)))
                }
                #expect(failure?.message.hasPrefix(field + " ") == true, "\(failure?.message ?? "")")
            }
        }
    }

    @Test func `an unknown concert is refused`() async throws {
        try await House.with(.memory) { house in
            let add = AddScheduleRequest(concertID: ConcertID(high: 0xdead, low: 1).bytes, settings: .tonight)
            await expectRefusal("CONCERT_UNKNOWN") {
                try await house.calls(of: .operator).addSchedule(add, CallOptions(requestID: .numbered(4)))
            }
        }
    }
}
