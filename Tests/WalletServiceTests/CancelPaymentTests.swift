import Kernel
import RPC
import TestSupport
import Testing
import WalletAPI

@Suite struct CancelPaymentTests {
    struct Accepts {
        @Test(arguments: Engine.available)
        func `a payment that is cancelled before it arrives does not begin`(engine: Engine) async throws {
            try await Market.with(engine) { market in
                try await market.topUp(10_000)
                let reservation = try await market.reserve("1")
                for _ in 1...2 {
                    let cancelled = try await market.cancel()
                    #expect(cancelled.outcome == .notPaid && cancelled.reason == .cancelled)
                }
                let late = try await market.pay(reservation)
                #expect(late.outcome == .notPaid && late.reason == .cancelled)
                #expect(market.road.confirmCount == 0)
                #expect(try await market.pay(reservation, number: 31).outcome == .paid)
            }
        }

        @Test(arguments: Engine.available)
        func `a cancellation that is decided first ends the payment, and the seats can be paid again`(
            engine: Engine
        ) async throws {
            try await Market.with(engine) { market in
                try await market.topUp(10_000)
                let reservation = try await market.reserve("1")
                market.road.set(.callsAreLost)
                #expect(try await market.payUnanswered(reservation).outcome == .pending)
                _ = try? await market.cancel(timeout: Market.patience)
                let waiting = try await market.show()
                #expect(waiting.outcome == .pending && waiting.isCancelling)
                #expect(try await market.money() == [7000, 3000])
                market.road.set(.none)
                let cancelled = try await market.settled()
                #expect(cancelled.outcome == .notPaid && cancelled.reason == .cancelled && !cancelled.isCancelling)
                #expect(try await market.money() == [10_000, 0])
                #expect(try await market.pay(reservation, number: 31).outcome == .paid)
            }
        }
    }

    struct Refuses {
        @Test(arguments: Engine.available)
        func `an id of another user is refused`(engine: Engine) async throws {
            try await Market.with(engine) { market in
                try await market.topUp(10_000)
                _ = try await market.pay(try await market.reserve("1"), number: 30)
                await refused("PAYMENT_ID_REUSED") { try await market.cancel(30, by: .bob) }
                #expect(try await market.show(30).outcome == .paid)
            }
        }
    }

    struct Retries {
        @Test(arguments: Engine.available)
        func `a sale that is decided before the cancellation stays, however often it is cancelled`(engine: Engine)
            async throws
        {
            try await Market.with(engine) { market in
                try await market.topUp(10_000)
                let reservation = try await market.reserve("1")
                market.road.set(.answersAreLost)
                #expect(try await market.payUnanswered(reservation).outcome == .pending)
                market.road.set(.none)
                for _ in 1...2 { _ = try await market.cancel() }
                #expect(try await market.settled().outcome == .paid)
                #expect(try await market.cancel().outcome == .paid)
                #expect(try await market.money() == [7000, 0])
                #expect(try await market.validTickets() == ["1"])
            }
        }
    }

    struct Races {
        @Test(arguments: Engine.available)
        func `paying and cancelling at once have one outcome`(engine: Engine) async throws {
            try await Market.with(engine, instances: engine.instances) { market in
                try await market.topUp(100_000)
                for number in 1...10 as ClosedRange<UInt64> {
                    let reservation = try await market.reserve("\(number)", number: 100 + number)
                    async let paid = market.pay(
                        reservation, number: 200 + number, instance: market.wallet.instances.count - 1)
                    async let cancelled = market.cancel(200 + number)
                    _ = try await cancelled
                    let outcome = try await paid.outcome
                    #expect(outcome != .pending)
                    #expect(try await market.show(200 + number).outcome == outcome)
                    #expect(try await market.cancel(200 + number).outcome == outcome)
                }
            }
        }
    }
}
