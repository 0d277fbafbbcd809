import ConcertAPI
import Database
import Kernel
import RPC
import TestSupport
import Testing

@Suite struct CancelTests {
    private func sold(_ seats: String..., in house: House, number: UInt64 = 10) async throws -> ReservationEntry {
        let reply = try await house.calls(of: .alice).reserveSeats(
            house.request(seats), CallOptions(requestID: .numbered(number)))
        let reservation = try #require(reply.reservation)
        let decision = try await house.confirm(reservation, payment: number + 1)
        #expect(decision.outcome == .confirmed)
        return reservation
    }

    @Test(arguments: Engine.available)
    func `a cancellation frees the seats, cancels the tickets and records a refund due`(
        engine: Engine
    ) async throws {
        try await House.with(engine) { house in
            let mine = try await sold("A-1-1", "A-1-2", in: house)
            let service = house.calls(of: .service)
            for _ in 1...2 {
                let reply = try await house.cancel(mine, as: .alice, number: 20, reason: "ill")
                #expect(reply.reservation?.state == .returned)
                #expect(reply.refundID == RequestID.numbered(20).bytes)
            }
            await expectRefusal("NOT_SOLD") { try await house.cancel(mine, as: .alice, number: 21) }
            await expectRefusal("REQUEST_ID_REUSED") {
                try await house.cancel(mine, as: .alice, number: 20, reason: "tired")
            }
            #expect(try await house.confirm(mine, payment: 11).outcome == .confirmed)
            #expect(try await house.confirm(mine, payment: 12).reason == .gone)
            let tickets = try await house.tickets(of: .alice)
            #expect(tickets.map(\.state) == [.cancelled, .cancelled])
            let map = try await house.map()
            #expect(map.sold.isEmpty)

            for request in [ListRefundsDueRequest(), ListRefundsDueRequest(concertID: house.concert.bytes)] {
                let due = try await service.listRefundsDue(request)
                #expect(due.refunds.count == 1)
                #expect(due.refunds.first?.refundID == RequestID.numbered(20).bytes)
                #expect(due.refunds.first?.paymentID == RequestID.numbered(11).bytes)
                #expect(due.refunds.first?.userID == UserID.alice.bytes)
                #expect(due.refunds.first?.amount == 9000)
                #expect(due.refunds.first?.reason == "ill")
                #expect(due.hasMore == false)
            }
            for _ in 1...2 {
                _ = try await service.acknowledgeRefund(
                    AcknowledgeRefundRequest(concertID: house.concert.bytes, refundID: RequestID.numbered(20).bytes))
            }
            let due = try await service.listRefundsDue(ListRefundsDueRequest())
            #expect(due.refunds.isEmpty)
            let again = try await sold("A-1-1", in: house, number: 30)
            #expect(again.state == .held)
        }
    }

    @Test(arguments: Engine.available)
    func `users cancel until the deadline, operators always`(engine: Engine) async throws {
        try await House.with(engine) { house in
            let first = try await sold("A-1-1", in: house, number: 10)
            let second = try await sold("A-1-2", in: house, number: 12)
            house.clock.advance(by: .hours(2) - .milliseconds(1))
            _ = try await house.cancel(first, as: .alice, number: 20)
            house.clock.advance(by: .milliseconds(1))
            await expectRefusal("CANCEL_DEADLINE_PASSED") { try await house.cancel(second, as: .alice, number: 21) }
            await expectRefusal("RESERVATION_UNKNOWN") { try await house.cancel(second, as: .bob, number: 22) }
            let reply = try await house.cancel(second, as: .operator, number: 23, reason: "storm")
            #expect(reply.reservation?.state == .returned)
        }
    }

    @Test(arguments: Engine.available)
    func `without a cancel deadline only an operator cancels`(engine: Engine) async throws {
        try await House.with(engine) {
            $0.cancelUntilMs = 0
        } _: { house in
            let mine = try await sold("A-1-1", in: house)
            await expectRefusal("NOT_CANCELLABLE") { try await house.cancel(mine, as: .alice, number: 20) }
            _ = try await house.cancel(mine, as: .operator, number: 21)
        }
    }

    @Test(arguments: Engine.available)
    func `a held reservation cannot be cancelled`(engine: Engine) async throws {
        try await House.with(engine) { house in
            let mine = try await house.reserve("A-1-1", as: .alice, number: 10)
            let failure = await expectRefusal("NOT_SOLD") { try await house.cancel(mine, as: .alice, number: 20) }
            #expect(failure?.message == "only a sold reservation can be cancelled; this one is held")
        }
    }

    @Test(arguments: Engine.available)
    func `two simultaneous cancellations make one refund`(engine: Engine) async throws {
        try await House.with(engine) { house in
            let mine = try await sold("A-1-1", in: house)
            async let one = try? house.cancel(mine, as: .alice, number: 20)
            async let other = try? house.cancel(mine, as: .operator, number: 21)
            let replies = await [one, other]
            #expect(replies.count { $0 != nil } == 1)
            let due = try await house.calls(of: .service).listRefundsDue(ListRefundsDueRequest())
            #expect(due.refunds.count == 1)
        }
    }

    @Test func `a cancellation during another one of the same reservation is refused`() async throws {
        try await House.with(.postgreSQL) { house in
            let mine = try await sold("A-1-1", in: house)
            // The call has read the reservation and waits for the lock on its tickets.
            try await HeldRows.with(house.service.instances[0].database) { tx in
                try tx.execute("lock table ticket in access exclusive mode")
                try tx.execute(
                    "update reservation set state = 5, refund_id = payment_id, ended_at = sold_at, return_reason = ''")
                try tx.execute("update ticket set state = 3, cancelled_at = issued_at")
            } while: { rows in
                let late = Task { try await house.cancel(mine, as: .operator, number: 21) }
                try await rows.waiting(1)
                rows.release()
                await expectRefusal("NOT_SOLD") { try await late.value }
            }
        }
    }

    @Test(arguments: Engine.available)
    func `refunds are listed in pages`(engine: Engine) async throws {
        try await House.with(engine) {
            $0.seatsPerUser = 50
        } _: { house in
            let offer = SeatOffer.row("", "", 1...103, grade: "S", price: 100)
            _ = try await house.calls(of: .operator).setSeats(
                house.seats([offer]), CallOptions(requestID: .numbered(4)))
            let service = house.calls(of: .service)
            for number in 1...103 as ClosedRange<UInt64> {
                let buyer = TestCaller.user(Int(number))
                let one = try await house.reserve("\(number)", as: buyer, number: 1000 + number)
                _ = try await house.confirm(one, payment: 2000 + number, user: buyer)
                _ = try await house.cancel(one, as: buyer, number: 3000 + number)
            }
            let first = try await service.listRefundsDue(ListRefundsDueRequest())
            #expect(first.refunds.count == 100)
            #expect(first.hasMore)
            let last = try #require(first.refunds.last)
            let second = try await service.listRefundsDue(
                ListRefundsDueRequest(afterConcertID: last.concertID, afterRefundID: last.refundID))
            #expect(second.refunds.count == 3)
            #expect(second.hasMore == false)
            #expect(Set((first.refunds + second.refunds).map(\.refundID)).count == 103)
        }
    }
}
