import ConcertService
import Glibc
import Kernel
import RPC
import TestSupport
import Testing
import Threads
import WalletAPI
import WalletService

/// The three services as processes, killed at any moment while a crowd buys.
@Suite struct KillTests {
    private static let duration: Duration = getenv("ONSALE_TEST_FULL") == nil ? .seconds(60) : .seconds(300)
    /// The least number of decided payments. 0: whatever the duration allows.
    private static let purchases = getenv("ONSALE_TEST_PURCHASES").flatMap { Int(String(cString: $0)) } ?? 0
    private static let buyers = purchases == 0 ? 64 : 512
    private static let engines: [Engine] = purchases == 0 ? [.file, .postgreSQL] : [.file]

    @Test(arguments: engines)
    func `kills at any moment lose nothing and repeat nothing`(
        engine: Engine
    ) async throws {
        try await Programs.with(engine) { programs in
            let loops = Loops(count: 1)
            defer { loops.stop() }
            let crowd = Crowd(programs, on: loops, seed: 5, seats: min(Self.purchases, 99_999))
            try await crowd.open(now: SystemClock().now)
            let sales = LiveFollower(.concert, of: programs, on: loops)
            let payments = LiveFollower(.wallet, of: programs, on: loops)
            async let _ = sales.follow()
            async let _ = payments.follow()
            async let bought: Void = crowd.buy(count: Self.buyers)
            let kills = try await killRepeatedly(programs, crowd)
            try await crowd.close()
            try await bought
            let paidCount = crowd.isPaid.values.count { $0 }
            try await sales.receive(paidCount, .sale)
            try await payments.receive(paidCount, .payment)
            try await Aftermath(crowd, programs).check()
            try await sales.check(.concert, .sale) { try ConcertBooks($0).sold }
            try await payments.check(.wallet, .payment) { try WalletBooks($0).paid }
            print("\(engine): \(kills) kills; of \(crowd.isPaid.count) payments \(paidCount) were paid")
            #expect(paidCount > 0 && kills > 5)
        }
    }

    /// Kills and restarts one or two services at once, until the purchases are made. Returns the number of kills.
    private func killRepeatedly(_ programs: Programs, _ crowd: Crowd) async throws -> Int {
        let clock = SystemClock()
        let end = clock.uptime + Self.duration
        var random = SeededGenerator(seed: 3)
        var count = 0
        while try await crowd.decidedCount() < Self.purchases || Self.purchases == 0 && clock.uptime < end {
            try await clock.sleep(for: .milliseconds(Int64.random(in: 100...1500, using: &random)))
            let victims = Programs.Name.allCases.shuffled(using: &random).prefix(Int.random(in: 1...2, using: &random))
            try await programs.kill(Array(victims))
            count += victims.count
            try await clock.sleep(for: .milliseconds(Int64.random(in: 0...800, using: &random)))
            try await programs.restart(victims.sorted { $0.rawValue < $1.rawValue })
        }
        return count
    }
}
