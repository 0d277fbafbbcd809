import Database
import Kernel
import RPC
import TestSupport
import Testing
import WalletAPI

@Suite struct LiftHaltTests {
    struct Accepts {
        @Test(arguments: Engine.available)
        func `a halt stops only its own concert, and lifting it lifts no other`(engine: Engine) async throws {
            try await Market.with(engine) { market in
                func lift(_ concert: ConcertID) async throws {
                    _ = try await market.calls(of: .operator).liftHalt(LiftHaltRequest(concertID: concert))
                }
                let other = ConcertID(high: 2, low: 1)
                try await market.topUp(20_000)
                let first = try await market.reserve("1", number: 20)
                let second = try await market.reserve("2", number: 21)
                try await market.halt(other, because: 90)
                #expect(try await market.pay(first, number: 30).outcome == .paid)
                try await market.halt(market.concertID, because: 91)
                await refused("CONCERT_HALTED") { try await market.pay(second, number: 31) }
                try await lift(other)
                #expect(try await market.halts().map(\.concertID) == [market.concertID])
                await refused("CONCERT_HALTED") { try await market.pay(second, number: 31) }
                try await lift(market.concertID)
                #expect(try await market.halts().isEmpty)
                #expect(try await market.pay(second, number: 31).outcome == .paid)
                // A new halt after a lifted one.
                try await market.halt(market.concertID, because: 92)
                await refused("CONCERT_HALTED") { try await market.pay(second, number: 32) }
                #expect(try await market.halts().map(\.paymentID) == [.numbered(92)])
            }
        }

        @Test(arguments: Engine.available)
        func `a halted concert is counted until the halt is lifted, also by other instances`(engine: Engine)
            async throws
        {
            try await Market.with(engine) { market in
                func halted() async throws -> Int {
                    try await market.wallet.run("late payments")
                    return market.number("wallet_halted_concerts")
                }
                #expect(try await halted() == 0)
                let (concert, payment) = (ConcertID(high: 2, low: 1), PaymentID(high: 1, low: 1))
                try await market.wallet.instances[0].database.transaction { tx in
                    try tx.execute(
                        """
                        insert into halted (concert_id, payment_id, user_id, why, halted_at) values ($1, $2, $3, 'why', 0)
                        """, concert, payment, UserID.alice)
                }
                #expect(try await halted() == 1)
                _ = try await market.calls(of: .operator).liftHalt(LiftHaltRequest(concertID: concert))
                #expect(try await halted() == 0)
            }
        }
    }

    struct Refuses {
        @Test func `an invalid id is refused`() async throws {
            try await Market.with(.memory) { market in
                await refused("INVALID_FIELD") {
                    try await market.wallet.client(of: .operator).call(
                        WalletMethods.liftHalt.withRawIDs, RawIDs(first: [1]))
                }
            }
        }
    }

    struct Retries {
        @Test(arguments: Engine.available)
        func `lifting again, or no halt, changes nothing`(engine: Engine) async throws {
            try await Market.with(engine) { market in
                try await market.halt(market.concertID, because: 91)
                for _ in 1...2 {
                    _ = try await market.calls(of: .operator).liftHalt(LiftHaltRequest(concertID: market.concertID))
                    #expect(try await market.halts().isEmpty)
                }
            }
        }
    }

    struct Races {
        @Test(arguments: Engine.available)
        func `simultaneous duplicates lift the halt once`(engine: Engine) async throws {
            try await Market.with(engine, instances: engine.instances) { market in
                try await market.halt(market.concertID, because: 91)
                try await withThrowingTaskGroup { group in
                    for number in 0..<8 {
                        group.addTask {
                            let calls = market.calls(of: .operator, instance: number % engine.instances)
                            _ = try await calls.liftHalt(LiftHaltRequest(concertID: market.concertID))
                        }
                    }
                    try await group.waitForAll()
                }
                #expect(try await market.halts().isEmpty)
            }
        }
    }
}
