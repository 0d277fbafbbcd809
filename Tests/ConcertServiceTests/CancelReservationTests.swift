import ConcertAPI
import Database
import Kernel
import RPC
import TestSupport
import Testing

@Suite struct CancelReservationTests {
    struct Accepts {
        @Test(arguments: Engine.available)
        func `a cancellation frees the seats, cancels the tickets and records a refund due`(
            engine: Engine
        ) async throws {
            try await House.with(engine) { house in
                let mine = try await house.sold("A-1-1", "A-1-2")
                let service = house.calls(of: .service)
                let reply = try await house.cancel(mine, as: .alice, number: 20, reason: "ill")
                #expect(reply.reservation.state == .returned)
                #expect(reply.refundID == .numbered(20))
                #expect(try await house.confirm(mine, payment: 11).outcome == .confirmed)
                #expect(try await house.confirm(mine, payment: 12).reason == .gone)
                let tickets = try await house.tickets(of: .alice)
                #expect(tickets.map(\.state) == [.cancelled, .cancelled])
                let map = try await house.map()
                #expect(map.sold.isEmpty)

                for request in [ListRefundsDueRequest(), ListRefundsDueRequest(concertID: house.concert)] {
                    let due = try await service.listRefundsDue(request)
                    #expect(due.refunds.count == 1)
                    #expect(due.refunds.first?.refundID == .numbered(20))
                    #expect(due.refunds.first?.paymentID == .numbered(11))
                    #expect(due.refunds.first?.userID == UserID.alice)
                    #expect(due.refunds.first?.amount == 9000)
                    #expect(due.refunds.first?.reason == "ill")
                    #expect(due.hasMore == false)
                }
                for _ in 1...2 {
                    _ = try await service.acknowledgeRefund(
                        AcknowledgeRefundRequest(concertID: house.concert, refundID: .numbered(20))
                    )
                }
                let due = try await service.listRefundsDue(ListRefundsDueRequest())
                #expect(due.refunds.isEmpty)
                let again = try await house.sold("A-1-1", number: 30)
                #expect(again.state == .held)
            }
        }

        @Test(arguments: Engine.available)
        func `users cancel until the deadline, operators always`(engine: Engine) async throws {
            try await House.with(engine) { house in
                let first = try await house.sold("A-1-1", number: 10)
                let second = try await house.sold("A-1-2", number: 12)
                house.clock.advance(by: .hours(2) - .milliseconds(1))
                _ = try await house.cancel(first, as: .alice, number: 20)
                house.clock.advance(by: .milliseconds(1))
                await expectRefusal("CANCEL_DEADLINE_PASSED") { try await house.cancel(second, as: .alice, number: 21) }
                await expectRefusal("RESERVATION_UNKNOWN") { try await house.cancel(second, as: .bob, number: 22) }
                let reply = try await house.cancel(second, as: .operator, number: 23, reason: "storm")
                #expect(reply.reservation.state == .returned)
            }
        }

        @Test(arguments: Engine.available)
        func `without a cancel deadline only an operator cancels`(engine: Engine) async throws {
            try await House.with(engine) {
                $0.cancelUntil = nil
            } _: { house in
                let mine = try await house.sold("A-1-1")
                await expectRefusal("NOT_CANCELLABLE") { try await house.cancel(mine, as: .alice, number: 20) }
                _ = try await house.cancel(mine, as: .operator, number: 21)
            }
        }
    }

    struct Refuses {
        @Test(arguments: Engine.available)
        func `a held reservation cannot be cancelled`(engine: Engine) async throws {
            try await House.with(engine) { house in
                let mine = try await house.reserve("A-1-1", as: .alice, number: 10)
                let failure = await expectRefusal("NOT_SOLD") { try await house.cancel(mine, as: .alice, number: 20) }
                #expect(failure?.message == "only a sold reservation can be cancelled; this one is held")
            }
        }

        @Test(arguments: Engine.available)
        func `the id of a refund due is refused for another refund`(engine: Engine) async throws {
            try await House.with(engine) { house in
                let first = try await house.sold("A-1-1", number: 10)
                let second = try await house.sold("A-1-2", number: 12)
                _ = try await house.cancel(first, as: .alice, number: 20)
                await expectRefusal("REQUEST_ID_REUSED") { try await house.cancel(second, as: .alice, number: 20) }
                #expect(try await house.show(second, as: .alice).state == .sold)
                #expect(try await house.refundsDue() == [.numbered(11)])
            }
        }
    }

    struct Retries {
        @Test(arguments: Engine.available)
        func `a repeated request gets its reply, other requests are refused`(engine: Engine) async throws {
            try await House.with(engine) { house in
                let mine = try await house.sold("A-1-1")
                let first = try await house.cancel(mine, as: .alice, number: 20, reason: "ill")
                #expect(try await house.cancel(mine, as: .alice, number: 20, reason: "ill") == first)
                await expectRefusal("NOT_SOLD") { try await house.cancel(mine, as: .alice, number: 21) }
                await expectRefusal("REQUEST_ID_REUSED") {
                    try await house.cancel(mine, as: .alice, number: 20, reason: "tired")
                }
            }
        }
    }

    struct Races {
        @Test(arguments: Engine.available)
        func `two simultaneous cancellations make one refund`(engine: Engine) async throws {
            try await House.with(engine) { house in
                let mine = try await house.sold("A-1-1")
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
                let mine = try await house.sold("A-1-1")
                // The call has read the reservation and waits for the lock on its tickets.
                try await HeldRows.with(house.service.instances[0].database) { tx in
                    try tx.execute("lock table ticket in access exclusive mode")
                    try tx.execute(
                        "update reservation set state = 5, refund_id = payment_id, ended_at = sold_at, return_reason = ''"
                    )
                    try tx.execute("update ticket set state = 3, cancelled_at = issued_at")
                } while: { rows in
                    let late = Task { try await house.cancel(mine, as: .operator, number: 21) }
                    try await rows.waiting(1)
                    rows.release()
                    await expectRefusal("NOT_SOLD") { try await late.value }
                }
            }
        }
    }
}
