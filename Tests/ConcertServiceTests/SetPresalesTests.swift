import ConcertAPI
import Kernel
import RPC
import TestSupport
import Testing

private let members: [RoomID] = [.elsewhere, RoomID(high: 5, low: 3), RoomID(high: 5, low: 4)]

@Suite struct SetPresalesTests {
    struct Accepts {
        @Test(arguments: Engine.available)
        func `passes of the date's own room and of each presale let in, and no others`(engine: Engine) async throws {
            try await House.withRoom(engine) { house in
                let date = try await house.setPresales(members, version: 1, number: 4)
                #expect(date.presales.map(\.roomID) == members && date.version == 2)
                for (index, room) in ([.hall] + members).enumerated() {
                    let pass = house.pass(of: .alice, room: room, until: .noon + .minutes(2))
                    let request = house.request(["A-1-\(index + 1)"], pass: pass)
                    let made = try await house.calls(of: .alice).reserveSeats(
                        request, CallOptions(requestID: .numbered(10 + UInt64(index)))
                    ).reservation
                    #expect(made.roomID == room)
                    _ = try await house.calls(of: .alice).showSeats(house.seatsRequest(pass: pass))
                }
                let foreign = house.pass(of: .alice, room: RoomID(high: 5, low: 5), until: .noon + .minutes(2))
                let refused = await expectRefusal("PASS_OF_ANOTHER_ROOM") {
                    try await house.calls(of: .alice).showSeats(house.seatsRequest(pass: foreign))
                }
                #expect(([.hall] + members).allSatisfy { refused?.message.contains("\($0)") == true })
            }
        }

        @Test(arguments: Engine.available)
        func `a change of the settings by an older client keeps the presales, and a date without a room has none`(
            engine: Engine
        ) async throws {
            try await House.withRoom(engine) { house in
                _ = try await house.setPresales(members, version: 1, number: 4)
                var settings = ScheduleSettings.tonight
                settings.roomID = .elsewhere
                let moved = try await house.configure(settings, version: 2, number: 5)
                #expect(moved.presales.map(\.roomID) == Array(members.dropFirst()), "one is the room of the date now")
                let open = try await house.configure(.tonight, version: 3, number: 6)
                #expect(open.presales.isEmpty)
                _ = try await house.reserve("A-1-1", as: .alice, number: 10)
            }
        }

        @Test(arguments: Engine.available)
        func `a removed presale lets in no more, and a moved date keeps the others`(engine: Engine) async throws {
            try await House.withRoom(engine) { house in
                _ = try await house.setPresales(members, version: 1, number: 4)
                _ = try await house.setPresales([members[1]], version: 2, number: 5)
                let pass = house.pass(of: .alice, room: members[0], until: .noon + .minutes(2))
                await expectRefusal("PASS_OF_ANOTHER_ROOM") {
                    try await house.calls(of: .alice).showSeats(house.seatsRequest(pass: pass))
                }
                let move = MoveDateRequest(
                    concertID: house.concert, scheduleID: house.schedule, startsAt: .noon + .hours(9),
                    endsAt: .noon + .hours(11), reason: "storm", version: 3)
                let moved = try await house.calls(of: .operator).moveDate(move, CallOptions(requestID: .numbered(6)))
                #expect(moved.schedule.presales.map(\.roomID) == [members[1]])
            }
        }
    }

    struct Refuses {
        @Test(arguments: Engine.available)
        func `more rooms than four, a room twice, and presales of a date without a room`(engine: Engine) async throws {
            try await House.withRoom(engine) { house in
                let many = await expectRefusal("INVALID_FIELD") {
                    try await house.setPresales(members + [RoomID(high: 5, low: 5)], version: 1, number: 4)
                }
                #expect(many?.violation?.field == "presales" && many?.message.contains("at most 4 rooms") == true)
                for twice in [[members[0], members[0]], [.hall]] {
                    await expectRefusal("INVALID_FIELD") {
                        try await house.setPresales(twice, version: 1, number: 5)
                    }
                }
                await expectRefusal("SCHEDULE_CHANGED") {
                    try await house.setPresales(members, version: 2, number: 6)
                }
                _ = try await house.configure(.tonight, version: 1, number: 7)
                await expectRefusal("ROOM_MISSING") { try await house.setPresales(members, version: 2, number: 8) }
            }
        }
    }

    struct Retries {
        @Test(arguments: Engine.available)
        func `a repeated request changes nothing, another one with its id is refused`(engine: Engine) async throws {
            try await House.withRoom(engine) { house in
                for _ in 1...2 {
                    let date = try await house.setPresales(members, version: 1, number: 4)
                    #expect(date.version == 2)
                }
                await expectRefusal("REQUEST_ID_REUSED") { try await house.setPresales([], version: 1, number: 4) }
            }
        }
    }

    struct Races {
        @Test(arguments: Engine.available)
        func `of two simultaneous changes from one version, one is made`(engine: Engine) async throws {
            try await House.withRoom(engine, instances: engine.instances) { house in
                async let one = try? house.setPresales([members[0]], version: 1, number: 4)
                async let other = try? house.setPresales([members[1]], version: 1, number: 5)
                let dates = await [one, other].compactMap(\.self)
                #expect(dates.count == 1)
                #expect(dates.first?.version == 2)
            }
        }
    }
}

extension House {
    fileprivate static func withRoom(
        _ engine: Engine, instances: Int = 1, _ body: (House) async throws -> Void
    ) async throws {
        try await House.with(engine, instances: instances, settings: { $0.roomID = .hall }, body)
    }

    fileprivate func setPresales(
        _ rooms: [RoomID], version: UInt64, number: UInt64
    ) async throws -> ConcertAPI.Schedule {
        let request = SetPresalesRequest(
            concertID: concert, scheduleID: schedule, presales: rooms.map { Presale(roomID: $0) }, version: version)
        return try await calls(of: .operator).setPresales(request, CallOptions(requestID: .numbered(number))).schedule
    }

    fileprivate func configure(
        _ settings: ScheduleSettings, version: UInt64, number: UInt64
    ) async throws -> ConcertAPI.Schedule {
        let request = ConfigureScheduleRequest(
            concertID: concert, scheduleID: schedule, settings: settings, version: version)
        return try await calls(of: .operator).configureSchedule(
            request, CallOptions(requestID: .numbered(number))
        ).schedule
    }
}
