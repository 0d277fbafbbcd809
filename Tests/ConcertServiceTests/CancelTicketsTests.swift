import ConcertAPI
import Kernel
import Messages
import RPC
import TestSupport
import Testing

@Suite struct CancelTicketsTests {
    struct Accepts {
        @Test(arguments: Engine.available)
        func `one ticket of three goes back, and the rest later, each with a refund of its own`(
            engine: Engine
        ) async throws {
            try await House.with(engine) { house in
                _ = try await house.setPolicy([(7, 33)], until: .hours(3), version: 1, number: 4)
                let mine = try await house.sold("A-1-1", "A-1-2", "B-1-1")
                let part = try await house.giveBack(["A-1-2"], of: mine, number: 20, reason: "ill")
                #expect(part.reservation.state == .sold && part.reservation.returnedSeats == ["A-1-2"])
                #expect(part.refund.amount == 3015 && part.refund.kept == 1485 && part.refund.seats == ["A-1-2"])
                let tickets = try await house.tickets(of: .alice)
                #expect(tickets.map(\.state) == [.valid, .cancelled, .valid])
                #expect(tickets.map(\.refunded) == [0, 3015, 0] && tickets.map(\.kept) == [0, 1485, 0])
                #expect(tickets[1].refundID == part.refund.refundID && tickets[1].cancelReason == "ill")
                #expect(try await house.map().sold.count == 2)

                let rest = try await house.cancel(mine, as: .alice, number: 21)
                #expect(rest.reservation.state == .returned)
                #expect(rest.refund?.amount == 5025 && rest.refund?.seats == ["A-1-1", "B-1-1"])
                let due = try await house.calls(of: .service).listRefundsDue(
                    ListRefundsDueRequest(understandsParts: true))
                #expect(due.refunds.map(\.amount) == [3015, 5025])
            }
        }

        @Test(arguments: Engine.available)
        func `the return of the last ticket returns the reservation`(engine: Engine) async throws {
            try await House.with(engine) { house in
                let mine = try await house.sold("A-1-1", "A-1-2")
                _ = try await house.giveBack(["A-1-2"], of: mine, number: 20)
                let last = try await house.giveBack(["A-1-1"], of: mine, number: 21)
                #expect(last.reservation.state == .returned && last.reservation.endedAt != nil)
                await expectRefusal("NOT_SOLD") { try await house.cancel(mine, as: .alice, number: 22) }
            }
        }

        @Test(arguments: Engine.available)
        func `a returned seat is sold again, and the return of the rest leaves it sold`(engine: Engine) async throws {
            try await House.with(engine) { house in
                let mine = try await house.sold("A-1-1", "A-1-2")
                _ = try await house.giveBack(["A-1-2"], of: mine, number: 20)
                let other = try await house.reserve("A-1-2", as: .bob, number: 30)
                #expect(try await house.confirm(other, payment: 31, user: .bob).outcome == .confirmed)
                _ = try await house.cancel(mine, as: .alice, number: 21)
                #expect(try await house.map().sold.count == 1)
                #expect(try await house.tickets(of: .bob).map(\.state) == [.valid])
            }
        }

        @Test(arguments: Engine.available)
        func `a user can buy as many seats again as went back`(engine: Engine) async throws {
            try await House.with(engine) {
                $0.seatsPerUser = 2
            } _: { house in
                let mine = try await house.sold("A-1-1", "A-1-2")
                await expectRefusal("TOO_MANY_SEATS") { try await house.reserve("A-1-3", as: .alice, number: 30) }
                _ = try await house.giveBack(["A-1-2"], of: mine, number: 20)
                _ = try await house.reserve("A-1-3", as: .alice, number: 31)
                await expectRefusal("TOO_MANY_SEATS") { try await house.reserve("A-1-4", as: .alice, number: 32) }
            }
        }

        @Test(arguments: Engine.available)
        func `an operator returns a ticket after the deadline, and nothing is kept`(engine: Engine) async throws {
            try await House.with(engine) { house in
                _ = try await house.setPolicy([(7, 50)], until: .hours(3), version: 1, number: 4)
                let mine = try await house.sold("A-1-1", "A-1-2")
                house.clock.advance(by: .hours(3))
                await expectRefusal("CANCEL_DEADLINE_PASSED") {
                    try await house.giveBack(["A-1-2"], of: mine, number: 20)
                }
                let part = try await house.giveBack(["A-1-2"], of: mine, as: .operator, number: 21)
                #expect(part.refund.amount == 4500 && part.refund.kept == 0)
            }
        }

        @Test(arguments: Engine.available)
        func `a refund of nothing is acknowledged at once`(engine: Engine) async throws {
            try await House.with(engine) { house in
                _ = try await house.setPolicy([(7, 100)], until: .hours(3), version: 1, number: 4)
                let mine = try await house.sold("A-1-1")
                let reply = try await house.giveBack(["A-1-1"], of: mine, number: 20)
                #expect(reply.refund.amount == 0 && reply.refund.kept == 4500)
                #expect(reply.refund.acknowledgedAt != nil && reply.reservation.state == .returned)
                let due = try await house.calls(of: .service).listRefundsDue(
                    ListRefundsDueRequest(understandsParts: true))
                #expect(due.refunds.isEmpty)
            }
        }
    }

    struct Refuses {
        @Test(arguments: Engine.available)
        func `a foreign, unknown, returned or used ticket is refused, and nothing changes`(
            engine: Engine
        ) async throws {
            try await House.with(engine) { house in
                let mine = try await house.sold("A-1-1", "A-1-2", "A-1-3")
                _ = try await house.sold("A-1-4", number: 12)
                _ = try await house.giveBack(["A-1-2"], of: mine, number: 20)
                let used = try #require(try await house.tickets(of: .alice).first { $0.seat == "A-1-3" })
                _ = try await house.checkIn(try await house.show(used).code, number: 40)
                await expectRefusal("RESERVATION_UNKNOWN") {
                    try await house.giveBack(["A-1-1"], of: mine, as: .bob, number: 21)
                }
                await expectRefusal("TICKET_UNKNOWN") { try await house.giveBack(["A-1-4"], of: mine, number: 22) }
                let failure = await expectRefusal("TICKET_CANCELLED") {
                    try await house.giveBack(["A-1-1", "A-1-2"], of: mine, number: 23)
                }
                #expect(failure?.message.contains("seat A-1-2") == true)
                await expectRefusal("TICKET_USED") {
                    try await house.giveBack(["A-1-3"], of: mine, as: .operator, number: 24)
                }
                await expectRefusal("INVALID_FIELD") { try await house.giveBack([], of: mine, number: 25) }
                await expectRefusal("INVALID_FIELD") {
                    try await house.giveBack(["A-1-1", "A-1-1"], of: mine, number: 26)
                }
                let held = try await house.reserve("B-1-1", as: .bob, number: 27)
                await expectRefusal("NOT_SOLD") {
                    try await house.giveBack(["B-1-1"], of: held, as: .bob, number: 28)
                }
                for reason in ["i\tll", "i\u{202e}ll", String(repeating: "x", count: 201)] {
                    await expectRefusal("INVALID_FIELD") {
                        try await house.giveBack(["A-1-1"], of: mine, number: 29, reason: reason)
                    }
                }
                #expect(try await house.show(mine, as: .alice).returnedSeats == ["A-1-2"])
            }
        }

        @Test(arguments: Engine.available)
        func `a return for less than the least amount is refused with the amount`(engine: Engine) async throws {
            try await House.with(engine) { house in
                _ = try await house.setPolicy([(7, 50)], until: .hours(3), version: 1, number: 4)
                let mine = try await house.sold("A-1-1", "A-1-2")
                let failure = await expectRefusal("REFUND_CHANGED") {
                    try await house.giveBack(["A-1-1"], of: mine, least: 2251, number: 20)
                }
                let detail = try #require(failure?.details.first { $0.type == ReturnAmount.descriptor.name })
                #expect(
                    try ReturnAmount(decoding: detail.value)
                        == ReturnAmount(refunded: 2250, kept: 2250, currency: "EUR"))
                let reply = try await house.giveBack(["A-1-1"], of: mine, least: 2250, number: 20)
                #expect(reply.refund.amount == 2250)
            }
        }
    }

    struct Retries {
        @Test(arguments: Engine.available)
        func `a repeated return gets its refund, another one with its id is refused`(engine: Engine) async throws {
            try await House.with(engine) { house in
                let mine = try await house.sold("A-1-1", "A-1-2", "A-1-3")
                let first = try await house.giveBack(["A-1-2"], of: mine, number: 20)
                #expect(try await house.giveBack(["A-1-2"], of: mine, number: 20) == first)
                await expectRefusal("REQUEST_ID_REUSED") {
                    try await house.giveBack(["A-1-1"], of: mine, number: 20)
                }
                await expectRefusal("REQUEST_ID_REUSED") { try await house.cancel(mine, as: .alice, number: 20) }
                try await house.acknowledge(20, of: 11)
                let later = try await house.giveBack(["A-1-2"], of: mine, number: 20)
                #expect(later.refund.amount == first.refund.amount && later.refund.acknowledgedAt != nil)
            }
        }
    }

    struct Races {
        @Test(arguments: Engine.available)
        func `simultaneous returns of all tickets refund each once`(engine: Engine) async throws {
            try await House.with(engine, instances: engine.instances) { house in
                let seats = ["A-1-1", "A-1-2", "A-1-3", "A-1-4"]
                let reply = try await house.calls(of: .alice).reserveSeats(
                    house.request(seats), CallOptions(requestID: .numbered(10)))
                let mine = reply.reservation
                #expect(try await house.confirm(mine, payment: 11).outcome == .confirmed)
                await withTaskGroup { group in
                    for (number, seat) in zip((20 as UInt64)..., seats) {
                        for request in [number, number, number + 10] {
                            group.addTask { _ = try? await house.giveBack([seat], of: mine, number: request) }
                        }
                    }
                    group.addTask { _ = try? await house.cancel(mine, as: .alice, number: 40) }
                }
                let due = try await house.calls(of: .service).listRefundsDue(
                    ListRefundsDueRequest(understandsParts: true))
                #expect(due.refunds.reduce(0) { $0 + $1.amount } == 4 * 4500)
                #expect(due.refunds.flatMap(\.seats).sorted() == seats)
                #expect(try await house.show(mine, as: .alice).state == .returned)
            }
        }
    }
}

extension House {
    /// Sets the return policy. `until` is the time after noon at which returns end.
    func setPolicy(
        _ steps: [(days: UInt32, percent: UInt32)], until: Duration?, version: UInt64, number: UInt64
    ) async throws -> ConcertAPI.Schedule {
        try await calls(of: .operator).setReturnPolicy(
            SetReturnPolicyRequest(
                concertID: concert, scheduleID: schedule,
                steps: steps.map { ReturnStep(daysBeforeStart: $0.days, keptPercent: $0.percent) },
                cancelUntil: until.map { Timestamp.noon.later($0) }, version: version),
            CallOptions(requestID: .numbered(number))
        ).schedule
    }

    func quote(
        _ reservation: ConcertAPI.Reservation, seats: [String] = [], as caller: TestCaller = .alice
    ) async throws -> QuoteReturnReply {
        try await calls(of: caller).quoteReturn(
            QuoteReturnRequest(concertID: concert, reservationID: reservation.reservationID, seats: seats))
    }

    func giveBack(
        _ seats: [String], of reservation: ConcertAPI.Reservation, as caller: TestCaller = .alice, least: UInt64 = 0,
        number: UInt64, reason: String = ""
    ) async throws -> CancelTicketsReply {
        try await calls(of: caller).cancelTickets(
            CancelTicketsRequest(
                concertID: concert, reservationID: reservation.reservationID, seats: seats, leastAmount: least,
                reason: reason),
            CallOptions(requestID: .numbered(number)))
    }
}
