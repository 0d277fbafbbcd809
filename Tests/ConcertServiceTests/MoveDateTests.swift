import ConcertAPI
import Kernel
import RPC
import TestSupport
import Testing

@Suite struct MoveDateTests {
    struct Accepts {
        @Test(arguments: Engine.available)
        func `the sale and the deadline of returns move with the date, unless they are given`(
            engine: Engine
        ) async throws {
            try await House.with(engine) { house in
                let moved = try await house.move(house.tomorrow(), number: 10)
                #expect(moved.settings.startsAt == Timestamp.noon.later(.hours(32)))
                #expect(moved.settings.endsAt == Timestamp.noon.later(.hours(35)))
                #expect(moved.settings.saleOpensAt == .noon)
                #expect(moved.settings.saleClosesAt == Timestamp.noon.later(.hours(25)))
                #expect(moved.settings.cancelUntil == Timestamp.noon.later(.hours(26)))
                #expect(moved.version == 2 && moved.moveReason == "storm" && moved.movedAt == .noon)
                var back = house.tomorrow()
                (back.startsAt, back.endsAt) = (.noon + .hours(8), .noon + .hours(10))
                (back.saleClosesAt, back.cancelUntil) = (.noon + .hours(3), .noon + .hours(4))
                (back.returnUntil, back.version) = (nil, 2)
                let again = try await house.move(back, number: 11)
                #expect(again.settings.saleClosesAt == Timestamp.noon.later(.hours(3)))
                #expect(again.settings.cancelUntil == Timestamp.noon.later(.hours(4)))
            }
        }

        @Test(arguments: Engine.available)
        func `tickets show the new times, and the gate shows those of an older code`(engine: Engine) async throws {
            try await House.with(engine) { house in
                let printed = try await house.ticket("A-1-7")
                _ = try await house.move(house.tomorrow(), number: 20)
                let listed = try #require(try await house.tickets(of: .alice).first)
                #expect(listed.startsAt == Timestamp.noon.later(.hours(32)))
                #expect(listed.endsAt == Timestamp.noon.later(.hours(35)))
                #expect(listed.soldStartsAt == printed.ticket.startsAt && listed.moveReason == "storm")
                #expect(listed.returnUntil == Timestamp.noon.later(.hours(30)))
                let shown = try await house.show(listed)
                #expect(shown.code != printed.code && shown.ticket == listed)
                let calls = house.calls(of: .operator)
                let used = try await calls.checkIn(
                    CheckInRequest(code: printed.code), CallOptions(requestID: .numbered(21)))
                #expect(used.codeStartsAt == printed.ticket.startsAt && used.ticket.startsAt == listed.startsAt)
                let undo = UndoCheckInRequest(
                    concertID: house.concert, ticketID: listed.ticketID, reason: "again")
                _ = try await calls.undoCheckIn(undo, CallOptions(requestID: .numbered(22)))
                let fresh = try await calls.checkIn(
                    CheckInRequest(code: shown.code), CallOptions(requestID: .numbered(23)))
                #expect(fresh.codeStartsAt == nil)
            }
        }

        @Test(arguments: Engine.available)
        func `tickets that were sold for other times can be returned in full until the given time`(
            engine: Engine
        ) async throws {
            try await House.with(engine) {
                $0.cancelUntil = nil
            } _: { house in
                let (first, second) = (
                    try await house.sold("A-1-1", number: 10), try await house.sold("A-1-2", number: 12)
                )
                _ = try await house.move(house.tomorrow(), number: 20)
                let after = try await house.sold("A-1-3", number: 14)
                await expectRefusal("NOT_CANCELLABLE") { try await house.cancel(after, as: .alice, number: 21) }
                house.clock.advance(by: .hours(30) - .milliseconds(1))
                let returned = try await house.cancel(first, as: .alice, number: 22)
                #expect(returned.reservation.state == .returned)
                house.clock.advance(by: .milliseconds(1))
                let late = await expectRefusal("CANCEL_DEADLINE_PASSED") {
                    try await house.cancel(second, as: .alice, number: 23)
                }
                #expect(late?.message.contains("\(Timestamp.noon + .hours(30))") == true)
            }
        }

        @Test(arguments: Engine.available)
        func `a second move keeps the longer time to return, and a move back to the times of a sale ends it`(
            engine: Engine
        ) async throws {
            try await House.with(engine) { house in
                _ = try await house.sold("A-1-1", number: 10)
                _ = try await house.move(house.tomorrow(), number: 20)
                var later = house.tomorrow()
                (later.startsAt, later.endsAt) = (.noon + .hours(56), .noon + .hours(58))
                (later.returnUntil, later.version) = (.noon + .hours(1), 2)
                #expect(try await house.move(later, number: 21).returnUntil == Timestamp.noon.later(.hours(30)))
                #expect(try await house.tickets(of: .alice).first?.returnUntil == Timestamp.noon.later(.hours(30)))
                var back = house.tomorrow()
                (back.startsAt, back.endsAt) = (.noon + .hours(8), .noon + .hours(10))
                (back.returnUntil, back.version) = (nil, 3)
                _ = try await house.move(back, number: 22)
                let ticket = try #require(try await house.tickets(of: .alice).first)
                #expect(ticket.returnUntil == nil && ticket.soldStartsAt == nil && ticket.moveReason == "")
            }
        }
    }

    /// A date that moves to an earlier time.
    struct Earlier {
        @Test(arguments: Engine.available)
        func `no ticket is returned after the new start, whatever deadline it was sold with`(
            engine: Engine
        ) async throws {
            try await House.with(engine) {
                $0.cancelUntil = .noon + .hours(8)
            } _: { house in
                let (first, second) = (
                    try await house.sold("A-1-1", number: 10), try await house.sold("A-1-2", number: 12)
                )
                var earlier = house.tomorrow()
                (earlier.startsAt, earlier.endsAt, earlier.returnUntil) = (.noon + .hours(3), .noon + .hours(5), nil)
                earlier.saleClosesAt = .noon + .hours(2)
                _ = try await house.move(earlier, number: 20)
                house.clock.advance(by: .hours(3) - .milliseconds(1))
                _ = try await house.cancel(first, as: .alice, number: 21)
                house.clock.advance(by: .milliseconds(1))
                let late = await expectRefusal("CANCEL_DEADLINE_PASSED") {
                    try await house.cancel(second, as: .alice, number: 22)
                }
                #expect(late?.message.contains("the date began at \(Timestamp.noon + .hours(3))") == true)
                let returned = try await house.cancel(second, as: .operator, number: 23)
                #expect(returned.reservation.state == .returned)
            }
        }

        @Test(arguments: Engine.available)
        func `a time to return that an earlier move promised ends at the new start`(engine: Engine) async throws {
            try await House.with(engine) {
                $0.cancelUntil = nil
            } _: { house in
                let mine = try await house.sold("A-1-1", number: 10)
                _ = try await house.move(house.tomorrow(), number: 20)
                var earlier = house.tomorrow()
                (earlier.startsAt, earlier.endsAt, earlier.returnUntil) = (.noon + .hours(3), .noon + .hours(5), nil)
                (earlier.saleClosesAt, earlier.version) = (.noon + .hours(2), 2)
                #expect(try await house.move(earlier, number: 21).returnUntil == Timestamp.noon.later(.hours(3)))
                #expect(try await house.tickets(of: .alice).first?.returnUntil == Timestamp.noon.later(.hours(3)))
                house.clock.advance(by: .hours(3))
                await expectRefusal("CANCEL_DEADLINE_PASSED") { try await house.cancel(mine, as: .alice, number: 22) }
            }
        }

        @Test(arguments: Engine.available)
        func `a date whose tickets could not be returned gets the deadline of the move`(engine: Engine) async throws {
            try await House.with(engine) {
                $0.cancelUntil = nil
            } _: { house in
                var request = house.tomorrow()
                request.cancelUntil = .noon + .hours(20)
                let moved = try await house.move(request, number: 20)
                #expect(moved.settings.cancelUntil == Timestamp.noon.later(.hours(20)))
                #expect(try await house.move(request, number: 20) == moved)
            }
        }
    }

    struct Refuses {
        @Test(arguments: Engine.available)
        func `times in the past or in the wrong order are refused, and nothing changes`(engine: Engine) async throws {
            try await House.with(engine) { house in
                let cases: [((inout MoveDateRequest) -> Void, String)] = [
                    ({ $0.startsAt = .noon }, "starts_at_ms"), ({ $0.startsAt = .noon - .hours(1) }, "starts_at_ms"),
                    ({ ($0.startsAt, $0.endsAt) = (.noon + .hours(8), .noon + .hours(10)) }, "starts_at_ms"),
                    ({ $0.endsAt = $0.startsAt }, "ends_at_ms"), ({ $0.returnUntil = .noon }, "return_until_ms"),
                    ({ $0.returnUntil = $0.startsAt + .milliseconds(1) }, "return_until_ms"),
                    ({ $0.saleClosesAt = .noon }, "sale_closes_at_ms"), ({ $0.reason = "" }, "reason"),
                    ({ $0.cancelUntil = $0.startsAt + .milliseconds(1) }, "cancel_until_ms"),
                    ({ $0.reason = "sto\u{202e}rm" }, "reason"), ({ $0.version = 0 }, "version"),
                ]
                for (change, field) in cases {
                    var request = house.tomorrow()
                    change(&request)
                    let failure = await expectRefusal("INVALID_FIELD") { try await house.move(request, number: 10) }
                    #expect(failure?.violation?.field.hasSuffix(field) == true, "\(failure?.message ?? "")")
                }
                let list = ListSchedulesRequest(concertID: house.concert)
                let date = try await house.calls(of: nil).listSchedules(list).schedules.first
                #expect(date?.settings.startsAt == Timestamp.noon.later(.hours(8)) && date?.version == 1)
            }
        }

        @Test(arguments: Engine.available)
        func `a stale version and an unknown date are refused`(engine: Engine) async throws {
            try await House.with(engine) { house in
                _ = try await house.move(house.tomorrow(), number: 10)
                var request = house.tomorrow()
                request.startsAt = .noon + .hours(33)
                let failure = await expectRefusal("SCHEDULE_CHANGED") { try await house.move(request, number: 11) }
                #expect(failure?.message.contains("version 2") == true)
                request.scheduleID = .numbered(99)
                await expectRefusal("SCHEDULE_UNKNOWN") { try await house.move(request, number: 12) }
            }
        }
    }

    struct Retries {
        @Test(arguments: Engine.available)
        func `a repeated move changes nothing, another one with its id is refused`(engine: Engine) async throws {
            try await House.with(engine) { house in
                let before = try await house.service.actions().count
                let moved = try await house.move(house.tomorrow(), number: 10)
                house.clock.advance(by: .hours(40))
                #expect(try await house.move(house.tomorrow(), number: 10) == moved)
                #expect(try await house.service.actions().count == before + 1)
                var other = house.tomorrow()
                other.reason = "fog"
                await expectRefusal("REQUEST_ID_REUSED") { try await house.move(other, number: 10) }
                other = house.tomorrow()
                other.returnUntil = .noon + .hours(31)
                await expectRefusal("REQUEST_ID_REUSED") { try await house.move(other, number: 10) }
                other = house.tomorrow()
                other.saleClosesAt = .noon + .hours(20)
                await expectRefusal("REQUEST_ID_REUSED") { try await house.move(other, number: 10) }
            }
        }
    }

    struct Races {
        @Test(arguments: Engine.available)
        func `simultaneous duplicates move a date once`(engine: Engine) async throws {
            try await House.with(engine, instances: engine.instances) { house in
                let request = house.tomorrow()
                let (one, two) = try await house.twice {
                    try await $0.moveDate(request, CallOptions(requestID: .numbered(10)))
                }
                #expect(one == two && one.schedule.version == 2)
            }
        }

        @Test(arguments: Engine.available)
        func `a ticket that is sold while the date moves shows the new times`(engine: Engine) async throws {
            try await House.with(engine, instances: engine.instances) { house in
                for number in 1...10 as ClosedRange<UInt64> {
                    let held = try await house.reserve("A-1-\(number)", as: .user(Int(number)), number: 100 + number)
                    var request = house.tomorrow()
                    request.startsAt = .noon + .hours(20 + Int(number))
                    (request.returnUntil, request.version) = (nil, number)
                    let moving = request
                    async let decision = house.confirm(
                        held, payment: 200 + number, user: .user(Int(number)),
                        instance: house.service.instances.count - 1)
                    async let moved = house.move(moving, number: 300 + number)
                    _ = try await (decision, moved)
                    let ticket = try #require(try await house.tickets(of: .user(Int(number))).first)
                    #expect(ticket.startsAt == moving.startsAt)
                }
            }
        }
    }
}

extension House {
    /// Moves the first version of the date by a day. Returns are possible for 30 hours.
    fileprivate func tomorrow() -> MoveDateRequest {
        MoveDateRequest(
            concertID: concert, scheduleID: schedule, startsAt: .noon + .hours(32), endsAt: .noon + .hours(35),
            reason: "storm", returnUntil: .noon + .hours(30), version: 1)
    }

    fileprivate func move(_ request: MoveDateRequest, number: UInt64) async throws -> ConcertAPI.Schedule {
        try await calls(of: .operator).moveDate(request, CallOptions(requestID: .numbered(number))).schedule
    }
}
