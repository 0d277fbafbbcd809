import ConcertAPI
import ConcertDomain
import Identity
import Kernel
import RPC
import TestSupport
import Testing

@Suite struct CheckInTests {
    struct Accepts {
        @Test(arguments: Engine.available)
        func `a ticket is used once, and a second check-in gets the time of the first`(engine: Engine) async throws {
            try await House.with(engine) { house in
                let shown = try await house.ticket("A-1-7")
                house.clock.advance(by: .hours(7))
                for _ in 1...2 {
                    let used = try await house.checkIn(shown.code, number: 20)
                    #expect(used?.state == .used)
                    #expect(used?.usedAt == Timestamp.noon.later(.hours(7)))
                    house.clock.advance(by: .minutes(1))
                }
                let failure = await expectRefusal("TICKET_USED") { try await house.checkIn(shown.code, number: 21) }
                #expect(failure?.message == "the ticket was used at \(Timestamp.noon + .hours(7))")
                let again = try await house.show(shown.ticket)
                #expect(again.code == "")
                let mine = try await house.show(
                    ConcertAPI.Reservation(id: shown.ticket.reservationID), as: .alice)
                let refusal = await expectRefusal("TICKET_USED") {
                    try await house.cancel(mine, as: .operator, number: 22)
                }
                #expect(refusal?.message.contains("seat A-1-7") == true)
            }
        }

        @Test(arguments: Engine.available)
        func `the gate of a date refuses a ticket for another date, which stays valid`(
            engine: Engine
        ) async throws {
            try await House.with(engine) { house in
                let shown = try await house.ticket("A-1-7")
                let calls = house.calls(of: .operator)
                let other = CheckInRequest(code: shown.code, scheduleID: ScheduleID(high: 9, low: 9))
                let failure = await expectRefusal("TICKET_OF_ANOTHER_DATE") {
                    try await calls.checkIn(other, CallOptions(requestID: .numbered(20)))
                }
                #expect(failure?.message.contains("begins at \(Timestamp.noon + .hours(8))") == true)
                let right = CheckInRequest(
                    code: shown.code, scheduleID: shown.ticket.scheduleID)
                let reply = try await calls.checkIn(right, CallOptions(requestID: .numbered(21)))
                #expect(reply.ticket.state == .used)
                #expect(reply.concertName == "moon-tour")
                #expect(reply.scheduleName == "tonight")
            }
        }
    }

    struct Moved {
        @Test(arguments: Engine.available)
        func `the gate of another date names the present start of a moved date`(engine: Engine) async throws {
            try await House.with(engine) { house in
                let shown = try await house.ticket("A-1-7")
                let move = MoveDateRequest(
                    concertID: house.concert, scheduleID: house.schedule, startsAt: .noon + .hours(32),
                    endsAt: .noon + .hours(35), reason: "storm", version: 1)
                let calls = house.calls(of: .operator)
                _ = try await calls.moveDate(move, CallOptions(requestID: .numbered(20)))
                let other = CheckInRequest(code: shown.code, scheduleID: ScheduleID(high: 9, low: 9))
                let failure = await expectRefusal("TICKET_OF_ANOTHER_DATE") {
                    try await calls.checkIn(other, CallOptions(requestID: .numbered(21)))
                }
                #expect(failure?.message.contains("begins at \(Timestamp.noon + .hours(32))") == true)
            }
        }
    }

    struct Refuses {
        @Test(arguments: Engine.available)
        func `a gate with a window refuses a ticket too early and too late, and it stays valid`(
            engine: Engine
        ) async throws {
            try await House.with(engine) { house in
                let shown = try await house.ticket("A-1-7")
                let calls = house.calls(of: .operator)
                func checkIn(_ number: UInt64, _ window: Duration) async throws -> CheckInReply {
                    let request = CheckInRequest(code: shown.code, gate: "North", window: window)
                    return try await calls.checkIn(request, CallOptions(requestID: .numbered(number)))
                }
                // The date begins in 8 hours, and ends in 10.
                let early = await expectRefusal("CHECK_IN_CLOSED") { try await checkIn(20, .hours(6)) }
                #expect(early?.message.contains("check-in opens at \(Timestamp.noon + .hours(2))") == true)
                house.clock.advance(by: .hours(13))
                await expectRefusal("CHECK_IN_CLOSED") { try await checkIn(21, .hours(3)) }
                let reply = try await checkIn(22, .hours(4))
                #expect(reply.ticket.state == .used)
                house.clock.advance(by: .hours(99))
                #expect(try await checkIn(22, .hours(4)) == reply, "a retry gets the answer of the first try")
                await expectRefusal("TICKET_USED") { try await checkIn(23, .hours(4)) }
            }
        }

        @Test(arguments: Engine.available)
        func `a cancelled ticket is refused at the gate with the time of its cancellation`(engine: Engine) async throws
        {
            try await House.with(engine) { house in
                let shown = try await house.ticket("A-1-7")
                let mine = ConcertAPI.Reservation(id: shown.ticket.reservationID)
                _ = try await house.cancel(mine, as: .alice, number: 20)
                let failure = await expectRefusal("TICKET_CANCELLED") {
                    try await house.checkIn(shown.code, number: 21)
                }
                #expect(failure?.message == "the ticket was cancelled at \(Timestamp.noon)")
                let again = try await house.show(shown.ticket)
                #expect(again.code == "")
                #expect(again.ticket.state == .cancelled)
            }
        }

        @Test func `forged, altered and damaged codes are refused with the reason`() async throws {
            try await House.with(.memory) { house in
                let shown = try await house.ticket("A-1-7")
                let other = TicketSigner(.random()).sign(
                    TicketCode(
                        concert: house.concert,
                        ticket: shown.ticket.ticketID,
                        startsAt: .noon + .hours(8), seat: "A-1-7"))
                var letters = Array(shown.code)
                letters[40] = letters[40] == "A" ? "B" : "A"
                for (code, why) in [
                    (other, "which the key file does not contain"), (String(letters), "forged or altered"),
                    ("HELLO", "damaged"),
                    ("", "damaged"),
                ] {
                    let failure = await expectRefusal("CODE_REFUSED") { try await house.checkIn(code, number: 20) }
                    #expect(failure?.message.contains(why) == true, "\(failure?.message ?? "")")
                }
                let genuine = TicketSigner(house.service.keys).sign(
                    TicketCode(
                        concert: house.concert, ticket: TicketID(high: 1, low: 1), startsAt: .noon, seat: "A-1-7"))
                await expectRefusal("TICKET_UNKNOWN") { try await house.checkIn(genuine, number: 21) }
            }
        }
    }

    struct Retries {
        @Test(arguments: Engine.available)
        func `a repeated check-in gets its reply`(engine: Engine) async throws {
            try await House.with(engine) { house in
                let shown = try await house.ticket("A-1-7")
                let used = try await house.checkIn(shown.code, number: 20)
                house.clock.advance(by: .minutes(1))
                #expect(try await house.checkIn(shown.code, number: 20) == used)
            }
        }
    }

    struct Races {
        @Test(arguments: Engine.available)
        func `of two simultaneous check-ins with one code, one succeeds`(engine: Engine) async throws {
            try await House.with(engine) { house in
                let shown = try await house.ticket("A-1-7")
                async let one = try? house.checkIn(shown.code, number: 20)
                async let other = try? house.checkIn(shown.code, number: 21)
                let entries = await [one, other]
                #expect(entries.count { $0 != nil } == 1)
            }
        }

        @Test(arguments: Engine.available)
        func `a check-in sent twice simultaneously gets one reply twice`(engine: Engine) async throws {
            try await House.with(engine) { house in
                let shown = try await house.ticket("A-1-7")
                async let one = house.checkIn(shown.code, number: 20)
                async let two = house.checkIn(shown.code, number: 20)
                let (first, second) = try await (one, two)
                #expect(first == second)
                #expect(first?.state == .used)
            }
        }
    }
}
