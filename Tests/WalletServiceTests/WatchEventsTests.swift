import ConcertAPI
import Kernel
import RPC
import TestSupport
import Testing
import WalletAPI

/// The events of payments. `ConcertServiceTests` tests the feed itself.
@Suite struct WatchEventsTests {
    @Test(arguments: Engine.available)
    func `a payment is one event, and one that is not made has none`(engine: Engine) async throws {
        try await Market.with(engine) { market in
            try await market.topUp(6000)
            let reservation = try await market.reserve("1", "2")
            let paid = try await market.pay(reservation)
            _ = try await market.pay(reservation)
            let other = try await market.reserve("3", number: 21)
            #expect(try await market.pay(other, number: 31).reason == .insufficient)
            let free = try await market.reserve("41", number: 22)
            _ = try await market.pay(free, number: 32)
            let events = try await market.wallet.events()
            #expect(events.map(\.serial) == [1, 2])
            #expect(
                events.first { $0.paymentID == paid.paymentID }
                    == SaleEvent(
                        serial: events.first { $0.paymentID == paid.paymentID }?.serial ?? 0, kind: .payment,
                        at: try #require(paid.decidedAt), version: 1, concertID: market.concertID,
                        reservationID: reservation.reservationID, userID: .alice, paymentID: paid.paymentID,
                        amount: 6000, currency: "EUR"))
            #expect(events.contains { $0.reservationID == free.reservationID && $0.amount == 0 })
        }
    }

    @Test(arguments: Engine.available)
    func `a refund follows its payment`(engine: Engine) async throws {
        try await Market.with(engine) { market in
            try await market.topUp(6000)
            let reservation = try await market.reserve("1", "2")
            _ = try await market.pay(reservation)
            try await market.giveBack(reservation)
            try await market.run("refunds") { try await market.show().isRefunded }
            let events = try await market.wallet.events()
            #expect(events.map(\.kind) == [.payment, .refund] && events[1].version > events[0].version)
            #expect(events[1].amount == 6000 && events[1].refundID == .numbered(40))
            #expect(events[1].reservationID == reservation.reservationID && events[1].userID == .alice)
        }
    }
}
