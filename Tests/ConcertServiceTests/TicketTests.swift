import ConcertAPI
import ConcertDomain
import Identity
import Kernel
import RPC
import TestSupport
import Testing

@Suite struct TicketTests {
    private func ticket(_ seat: String, in house: House, number: UInt64 = 10) async throws -> ShowTicketReply {
        let mine = try await house.reserve(seat, as: .alice, number: number)
        _ = try await house.confirm(mine, payment: number + 1)
        let tickets = try await house.tickets(of: .alice)
        let entry = try #require(tickets.first { $0.seat == seat && $0.state == .valid })
        return try await show(entry, in: house)
    }

    private func show(_ entry: TicketEntry, in house: House) async throws -> ShowTicketReply {
        try await house.calls(of: .alice).showTicket(
            ShowTicketRequest(concertID: house.concert.bytes, ticketID: entry.ticketID))
    }

    private func checkIn(_ code: String, in house: House, number: UInt64) async throws -> TicketEntry? {
        try await house.calls(of: .operator).checkIn(
            CheckInRequest(code: code), CallOptions(requestID: .numbered(number))
        ).ticket
    }

    @Test(arguments: Engine.available)
    func `a ticket code contains seat and time, and the public keys verify it`(
        engine: Engine
    ) async throws {
        try await House.with(engine) { house in
            let shown = try await ticket("A-1-7", in: house)
            let keys = try await house.calls(of: nil).showTicketKeys(ShowTicketKeysRequest()).keys
            let verifier = TicketVerifier(
                keys.compactMap { TicketPublicKey(id: KeyID(rawValue: $0.keyID), bytes: $0.publicKey) })
            let code = try verifier.verify(shown.code)
            #expect(code.seat == "A-1-7")
            #expect(code.concert == house.concert)
            #expect(code.ticket.bytes == shown.ticket?.ticketID)
            #expect(code.startsAt == .noon + .hours(8))
            await expectRefusal("TICKET_UNKNOWN") {
                try await house.calls(of: .bob).showTicket(
                    ShowTicketRequest(concertID: house.concert.bytes, ticketID: code.ticket.bytes))
            }
        }
    }

    @Test(arguments: Engine.available)
    func `a ticket is used once, and a second check-in gets the time of the first`(engine: Engine) async throws {
        try await House.with(engine) { house in
            let shown = try await ticket("A-1-7", in: house)
            house.clock.advance(by: .hours(7))
            for _ in 1...2 {
                let used = try await checkIn(shown.code, in: house, number: 20)
                #expect(used?.state == .used)
                #expect(used?.usedAtMs == Timestamp.noon.later(.hours(7)))
                house.clock.advance(by: .minutes(1))
            }
            let failure = await expectRefusal("TICKET_USED") { try await checkIn(shown.code, in: house, number: 21) }
            #expect(failure?.message == "the ticket was used at \(Timestamp.noon + .hours(7))")
            let again = try await show(try #require(shown.ticket), in: house)
            #expect(again.code == "")
            let mine = try await house.show(
                ReservationEntry(reservationID: shown.ticket?.reservationID ?? []), as: .alice)
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
            let shown = try await ticket("A-1-7", in: house)
            let calls = house.calls(of: .operator)
            let other = CheckInRequest(code: shown.code, scheduleID: ScheduleID(high: 9, low: 9).bytes)
            let failure = await expectRefusal("TICKET_OF_ANOTHER_DATE") {
                try await calls.checkIn(other, CallOptions(requestID: .numbered(20)))
            }
            #expect(failure?.message.contains("begins at \(Timestamp.noon + .hours(8))") == true)
            await expectRefusal("INVALID_FIELD") {
                try await calls.checkIn(
                    CheckInRequest(code: shown.code, scheduleID: [1]), CallOptions(requestID: .numbered(20)))
            }
            let right = CheckInRequest(
                code: shown.code, scheduleID: shown.ticket?.scheduleID ?? [])
            let reply = try await calls.checkIn(right, CallOptions(requestID: .numbered(21)))
            #expect(reply.ticket?.state == .used)
            #expect(reply.concertName == "moon-tour")
            #expect(reply.scheduleName == "tonight")
        }
    }

    @Test(arguments: Engine.available)
    func `of two simultaneous check-ins with one code, one succeeds`(engine: Engine) async throws {
        try await House.with(engine) { house in
            let shown = try await ticket("A-1-7", in: house)
            async let one = try? checkIn(shown.code, in: house, number: 20)
            async let other = try? checkIn(shown.code, in: house, number: 21)
            let entries = await [one, other]
            #expect(entries.count { $0 != nil } == 1)
        }
    }

    @Test(arguments: Engine.available)
    func `a check-in sent twice simultaneously gets one reply twice`(engine: Engine) async throws {
        try await House.with(engine) { house in
            let shown = try await ticket("A-1-7", in: house)
            async let one = checkIn(shown.code, in: house, number: 20)
            async let two = checkIn(shown.code, in: house, number: 20)
            let (first, second) = try await (one, two)
            #expect(first == second)
            #expect(first?.state == .used)
        }
    }

    @Test(arguments: Engine.available)
    func `a cancelled ticket is refused at the gate with the time of its cancellation`(engine: Engine) async throws {
        try await House.with(engine) { house in
            let shown = try await ticket("A-1-7", in: house)
            let mine = ReservationEntry(reservationID: shown.ticket?.reservationID ?? [])
            _ = try await house.cancel(mine, as: .alice, number: 20)
            let failure = await expectRefusal("TICKET_CANCELLED") {
                try await checkIn(shown.code, in: house, number: 21)
            }
            #expect(failure?.message == "the ticket was cancelled at \(Timestamp.noon)")
            let again = try await show(try #require(shown.ticket), in: house)
            #expect(again.code == "")
            #expect(again.ticket?.state == .cancelled)
        }
    }

    @Test func `forged, altered and damaged codes are refused with the reason`() async throws {
        try await House.with(.memory) { house in
            let shown = try await ticket("A-1-7", in: house)
            let other = TicketSigner(.random()).sign(
                TicketCode(
                    concert: house.concert,
                    ticket: TicketID(bytes: shown.ticket?.ticketID ?? []) ?? TicketID(high: 1, low: 1),
                    startsAt: .noon + .hours(8), seat: "A-1-7"))
            var letters = Array(shown.code)
            letters[40] = letters[40] == "A" ? "B" : "A"
            for (code, why) in [
                (other, "which the key file does not contain"), (String(letters), "forged or altered"),
                ("HELLO", "damaged"),
                ("", "damaged"),
            ] {
                let failure = await expectRefusal("CODE_REFUSED") { try await checkIn(code, in: house, number: 20) }
                #expect(failure?.message.contains(why) == true, "\(failure?.message ?? "")")
            }
            let genuine = TicketSigner(house.service.keys).sign(
                TicketCode(
                    concert: house.concert, ticket: TicketID(high: 1, low: 1), startsAt: .noon, seat: "A-1-7"))
            await expectRefusal("TICKET_UNKNOWN") { try await checkIn(genuine, in: house, number: 21) }
        }
    }
}
