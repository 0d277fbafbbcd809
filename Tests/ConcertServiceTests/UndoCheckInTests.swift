import ConcertAPI
import Kernel
import RPC
import TestSupport
import Testing

@Suite struct UndoCheckInTests {
    struct Accepts {
        @Test(arguments: Engine.available)
        func `a ticket is valid again, and the gate sees its first use and the reason`(engine: Engine) async throws {
            try await House.with(engine) { house in
                let shown = try await house.ticket("A-1-7")
                _ = try await house.checkIn(shown.code, number: 20)
                house.clock.advance(by: .minutes(1))
                let undone = try await house.undo(shown.ticket, number: 21)
                #expect(undone.state == .valid && undone.usedAt == nil)
                #expect(undone.firstUsedAt == .noon && undone.undoneAt == Timestamp.noon.later(.minutes(1)))
                #expect(undone.updatedAt == undone.undoneAt)
                #expect(try await house.show(shown.ticket).code == shown.code)
                house.clock.advance(by: .minutes(1))
                let used = try await house.checkIn(shown.code, number: 22)
                #expect(used?.usedAt == Timestamp.noon.later(.minutes(2)))
                #expect(used?.firstUsedAt == .noon && used?.undoReason == "wrong entrance")
                house.clock.advance(by: .minutes(1))
                let again = try await house.undo(shown.ticket, number: 23, reason: "again")
                #expect(again.firstUsedAt == .noon && again.undoReason == "again")
            }
        }

        @Test(arguments: Engine.available)
        func `seats that were used cannot be returned, also after the check-in was undone`(engine: Engine) async throws
        {
            try await House.with(engine) { house in
                let shown = try await house.ticket("A-1-7")
                _ = try await house.checkIn(shown.code, number: 20)
                _ = try await house.undo(shown.ticket, number: 21)
                let mine = ConcertAPI.Reservation(id: shown.ticket.reservationID)
                await expectRefusal("TICKET_USED") { try await house.cancel(mine, as: .alice, number: 22) }
            }
        }
    }

    struct Refuses {
        @Test(arguments: Engine.available)
        func `a ticket that is not used is refused, and nothing changes`(engine: Engine) async throws {
            try await House.with(engine) { house in
                let shown = try await house.ticket("A-1-7")
                await expectRefusal("TICKET_NOT_USED") { try await house.undo(shown.ticket, number: 20) }
                #expect(try await house.show(shown.ticket) == shown)
                let mine = ConcertAPI.Reservation(id: shown.ticket.reservationID)
                _ = try await house.cancel(mine, as: .alice, number: 21)
                await expectRefusal("TICKET_CANCELLED") { try await house.undo(shown.ticket, number: 22) }
                var unknown = shown.ticket
                unknown.ticketID = .numbered(99)
                await expectRefusal("TICKET_UNKNOWN") { try await house.undo(unknown, number: 23) }
            }
        }

        @Test(arguments: ["", "mis\ttake", "mis\u{202e}take", String(repeating: "x", count: 201)])
        func `a reason that would change how others are shown is refused`(reason: String) async throws {
            try await House.with(.memory) { house in
                let shown = try await house.ticket("A-1-7")
                _ = try await house.checkIn(shown.code, number: 20)
                let failure = await expectRefusal("INVALID_FIELD") {
                    try await house.undo(shown.ticket, number: 21, reason: reason)
                }
                #expect(failure?.violation?.field == "reason")
                #expect(try await house.show(shown.ticket).ticket.state == .used)
            }
        }
    }

    struct Retries {
        @Test(arguments: Engine.available)
        func `a repeated undo changes nothing, another one with its id is refused`(engine: Engine) async throws {
            try await House.with(engine) { house in
                let shown = try await house.ticket("A-1-7")
                _ = try await house.checkIn(shown.code, number: 20)
                let undone = try await house.undo(shown.ticket, number: 21)
                #expect(try await house.undo(shown.ticket, number: 21) == undone)
                await expectRefusal("REQUEST_ID_REUSED") {
                    try await house.undo(shown.ticket, number: 21, reason: "another")
                }
                let used = try await house.checkIn(shown.code, number: 22)
                #expect(try await house.undo(shown.ticket, number: 21) == used)
            }
        }

        @Test(arguments: Engine.available)
        func `a late copy of the undone check-in does not use the ticket again`(engine: Engine) async throws {
            try await House.with(engine) { house in
                let shown = try await house.ticket("A-1-7")
                _ = try await house.checkIn(shown.code, number: 20)
                _ = try await house.undo(shown.ticket, number: 21)
                await expectRefusal("CHECK_IN_UNDONE") { try await house.checkIn(shown.code, number: 20) }
                #expect(try await house.show(shown.ticket).ticket.state == .valid)
            }
        }

        @Test(arguments: Engine.available)
        func `a late copy of any undone check-in does not use the ticket again`(engine: Engine) async throws {
            try await House.with(engine) { house in
                let shown = try await house.ticket("A-1-7")
                for number in [20, 30, 40] as [UInt64] {
                    _ = try await house.checkIn(shown.code, number: number)
                    _ = try await house.undo(shown.ticket, number: number + 1)
                }
                for number in [20, 30, 40] as [UInt64] {
                    await expectRefusal("CHECK_IN_UNDONE") { try await house.checkIn(shown.code, number: number) }
                }
                #expect(try await house.show(shown.ticket).ticket.state == .valid)
                let used = try await house.checkIn(shown.code, number: 50)
                await expectRefusal("CHECK_IN_UNDONE") { try await house.checkIn(shown.code, number: 20) }
                #expect(try await house.checkIn(shown.code, number: 50) == used)
                // Nor does a late copy of an undo end a later check-in.
                #expect(try await house.undo(shown.ticket, number: 21) == used)
            }
        }
    }

    struct Races {
        @Test(arguments: Engine.available)
        func `simultaneous duplicates undo a check-in once`(engine: Engine) async throws {
            try await House.with(engine, instances: engine.instances) { house in
                let shown = try await house.ticket("A-1-7")
                _ = try await house.checkIn(shown.code, number: 20)
                let before = try await house.service.actions().count
                let (one, two) = try await house.twice {
                    try await $0.undoCheckIn(house.request(shown.ticket), CallOptions(requestID: .numbered(21)))
                }
                #expect(one == two)
                #expect(try await house.service.actions().count == before + 1)
            }
        }

        @Test(arguments: Engine.available)
        func `of two simultaneous undos, one is refused`(engine: Engine) async throws {
            try await House.with(engine) { house in
                let shown = try await house.ticket("A-1-7")
                _ = try await house.checkIn(shown.code, number: 20)
                async let one = try? house.undo(shown.ticket, number: 21)
                async let other = try? house.undo(shown.ticket, number: 22)
                let undone = await [one, other]
                #expect(undone.count { $0 != nil } == 1)
            }
        }
    }
}

extension House {
    fileprivate func request(
        _ ticket: ConcertAPI.Ticket, reason: String = "wrong entrance"
    ) -> UndoCheckInRequest {
        UndoCheckInRequest(concertID: concert, ticketID: ticket.ticketID, reason: reason)
    }

    fileprivate func undo(
        _ ticket: ConcertAPI.Ticket, number: UInt64, reason: String = "wrong entrance"
    ) async throws -> ConcertAPI.Ticket {
        try await calls(of: .operator).undoCheckIn(
            request(ticket, reason: reason), CallOptions(requestID: .numbered(number))
        ).ticket
    }
}
