import ConcertAPI
import Kernel
import RPC
import TestSupport
import Testing

@Suite struct CancelDateTests {
    struct Accepts {
        @Test(arguments: Engine.available)
        func `a dry run counts what would be cancelled, and changes nothing`(engine: Engine) async throws {
            try await House.with(engine) { house in
                _ = try await house.sold("A-1-1", "A-1-2")
                _ = try await house.reserve("A-1-3", as: .bob, number: 20)
                for number in 30...31 as ClosedRange<UInt64> {
                    let reply = try await house.cancelDate("fog", number: number)
                    #expect(reply.left == CancelledParts(seats: 30, held: 1, tickets: 2, refunded: 9000))
                    #expect(reply.done == CancelledParts() && reply.cancelledAt == nil)
                    #expect(reply.confirmation.count == 6 && reply.currency == "EUR")
                }
                try await house.service.run("cancel dates")
                #expect(try await house.tickets(of: .alice).map(\.state) == [.valid, .valid])
            }
        }

        @Test(arguments: Engine.available)
        func `a cancelled date has only blocked seats, and everybody gets everything back`(
            engine: Engine
        ) async throws {
            try await House.with(engine) { house in
                _ = try await house.setPolicy([(30, 100)], until: .hours(3), version: 1, number: 4)
                let mine = try await house.sold("A-1-1", "A-1-2", "B-1-10")
                let used = try #require(try await house.tickets(of: .alice).first { $0.seat == "A-1-2" })
                _ = try await house.checkIn(try await house.show(used).code, number: 40)
                _ = try await house.giveBack(["B-1-10"], of: mine, number: 20)
                let held = try await house.reserve("A-1-3", "B-1-10", as: .bob, number: 21)
                let reply = try await house.finishCancellation("fog", number: 30)
                #expect(reply.done == CancelledParts(seats: 30, held: 1, tickets: 2, refunded: 9000))
                #expect(reply.left == CancelledParts() && reply.reason == "fog" && reply.finishedAt != nil)
                let map = try await house.map()
                #expect(map.blocked.count == 30 && map.sold.isEmpty && map.held.isEmpty)
                let (sold, released) = (
                    try await house.show(mine, as: .alice), try await house.show(held, as: .bob)
                )
                #expect(sold.state == .returned && sold.dateCancelled && sold.returnReason == "fog")
                #expect(released.state == .released && released.dateCancelled && released.returnReason == "fog")
                let tickets = try await house.tickets(of: .alice)
                #expect(tickets.map(\.refunded) == [4500, 4500, 0] && tickets.map(\.kept) == [0, 0, 3000])
                #expect(tickets.map(\.cancelReason) == ["fog", "fog", ""])
                #expect(try await house.confirm(held, payment: 22, user: .bob, parts: true).reason == .dateCancelled)
                #expect(try await house.confirm(held, payment: 22, user: .bob).reason == .gone)
                let due = try await house.calls(of: .service).listRefundsDue(
                    ListRefundsDueRequest(understandsParts: true))
                #expect(due.refunds.map(\.amount) == [9000] && due.refunds.map(\.reason) == ["fog"])
            }
        }

        @Test(arguments: Engine.available)
        func `a blocked seat of a cancelled date stays blocked, and names the reason`(engine: Engine) async throws {
            try await House.with(engine) { house in
                let admin = house.calls(of: .operator)
                _ = try await admin.blockSeats(house.block(1...2), CallOptions(requestID: .numbered(20)))
                _ = try await house.finishCancellation("fog", number: 30)
                #expect(try await house.history(of: "A-1-1").blockedReason == "date cancelled: fog")
                await expectRefusal("DATE_CANCELLED") {
                    try await admin.unblockSeats(
                        UnblockSeatsRequest(
                            concertID: house.concert, scheduleID: house.schedule, seats: [.row("A", "1", 1...2)]),
                        CallOptions(requestID: .numbered(31)))
                }
                await expectRefusal("DATE_CANCELLED") {
                    try await admin.setSeats(
                        house.seats([.row("C", "1", 1...2, grade: "A", price: 100)]),
                        CallOptions(requestID: .numbered(32)))
                }
                await expectRefusal("DATE_CANCELLED") { try await house.reserve("A-1-1", as: .bob, number: 33) }
                await expectRefusal("DATE_CANCELLED") {
                    try await house.setPolicy([], until: nil, version: 2, number: 34)
                }
            }
        }

        @Test(arguments: Engine.available)
        func `a hold past its deadline has expired, and is not cancelled`(engine: Engine) async throws {
            try await House.with(engine) { house in
                let held = try await house.reserve("A-1-3", as: .bob, number: 21)
                house.clock.advance(by: .minutes(5))
                #expect(try await house.finishCancellation("fog", number: 30).done.held == 0)
                let shown = try await house.show(held, as: .bob)
                #expect(shown.state == .expired && !shown.dateCancelled)
            }
        }
    }

    struct Refuses {
        @Test(arguments: Engine.available)
        func `a wrong code, a date that is over and a second cancellation are refused`(engine: Engine) async throws {
            try await House.with(engine) { house in
                let code = try await house.cancelDate("fog", number: 30).confirmation
                await expectRefusal("WRONG_CONFIRMATION") {
                    try await house.cancelDate("fog", code: "ABCDEF", number: 31)
                }
                _ = try await house.setPolicy([], until: nil, version: 1, number: 4)
                await expectRefusal("WRONG_CONFIRMATION") {
                    try await house.cancelDate("fog", code: code, number: 31)
                }
                #expect(try await house.cancelDate("fog", number: 32).cancelledAt == nil)
                let next = try await house.cancelDate("fog", number: 32).confirmation
                _ = try await house.cancelDate("fog", code: next, number: 33)
                await expectRefusal("DATE_CANCELLED") {
                    try await house.cancelDate("storm", code: next, number: 34)
                }
            }
            try await House.with(engine) { house in
                let code = try await house.cancelDate("fog", number: 30).confirmation
                house.clock.advance(by: .hours(10))
                await expectRefusal("DATE_OVER") { try await house.cancelDate("fog", code: code, number: 31) }
            }
        }

        @Test(arguments: ["", "fo\tg", "fo\u{202e}g", String(repeating: "x", count: 201)])
        func `a reason that would change how others are shown is refused, and nothing is cancelled`(
            reason: String
        ) async throws {
            try await House.with(.memory) { house in
                let code = try await house.cancelDate("fog", number: 30).confirmation
                let failure = await expectRefusal("INVALID_FIELD") {
                    try await house.cancelDate(reason, code: code, number: 31)
                }
                #expect(failure?.violation?.field == "reason")
                #expect(try await house.cancelDate("fog", number: 32).cancelledAt == nil)
            }
        }
    }

    struct Retries {
        @Test(arguments: Engine.available)
        func `a repeated cancellation begins once, another reason with its id is refused`(
            engine: Engine
        ) async throws {
            try await House.with(engine) { house in
                let code = try await house.cancelDate("fog", number: 30).confirmation
                for _ in 1...2 {
                    let reply = try await house.cancelDate("fog", code: code, number: 31)
                    #expect(reply.cancelledAt == Timestamp.noon && reply.confirmation.isEmpty)
                }
                await expectRefusal("REQUEST_ID_REUSED") {
                    try await house.cancelDate("storm", code: code, number: 31)
                }
            }
        }
    }

    struct Races {
        @Test(arguments: Engine.available)
        func `of sales and a cancellation at once, no ticket stays valid, and none is refused as internal`(
            engine: Engine
        ) async throws {
            try await House.with(engine, instances: engine.instances) { house in
                var held: [ConcertAPI.Reservation] = []
                for number in 1...10 as ClosedRange<UInt64> {
                    held.append(try await house.reserve("A-1-\(number)", as: .user(Int(number)), number: 100 + number))
                }
                let code = try await house.cancelDate("fog", number: 30).confirmation
                let reasons = try await withThrowingTaskGroup { [held] group in
                    for (number, reservation) in zip(1..., held) {
                        group.addTask {
                            let decision = try await house.confirm(
                                reservation, payment: UInt64(200 + number), user: .user(number), parts: true)
                            return decision.outcome == .confirmed ? nil : decision.reason
                        }
                    }
                    group.addTask {
                        _ = try await house.cancelDate("fog", code: code, number: 31)
                        for instance in house.service.instances { try await instance.run("cancel dates") }
                        return nil
                    }
                    return try await group.reduce(into: [AbortReason?]()) { $0.append($1) }
                }
                #expect(Set(reasons.compactMap(\.self)).isSubset(of: [.dateCancelled]))
                try await house.service.run("cancel dates")
                for number in 1...10 {
                    #expect(try await house.tickets(of: .user(number)).allSatisfy { $0.state == .cancelled })
                }
                let due = try await house.calls(of: .service).listRefundsDue(ListRefundsDueRequest())
                #expect(due.refunds.count == reasons.count { $0 == nil } - 1)
            }
        }
    }
}

extension House {
    func cancelDate(_ reason: String, code: String = "", number: UInt64) async throws -> CancelDateReply {
        try await calls(of: .operator).cancelDate(
            CancelDateRequest(concertID: concert, scheduleID: schedule, reason: reason, confirmation: code),
            CallOptions(requestID: .numbered(number)))
    }

    /// Cancels the date and runs the job.
    func finishCancellation(_ reason: String, number: UInt64) async throws -> CancelDateReply {
        let code = try await cancelDate(reason, number: number).confirmation
        _ = try await cancelDate(reason, code: code, number: number + 1)
        try await service.run("cancel dates")
        clock.advance(by: .milliseconds(250))
        return try await cancelDate(reason, number: number + 2)
    }
}
