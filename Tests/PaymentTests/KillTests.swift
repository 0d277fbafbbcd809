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
    private static let buyers = 64

    @Test(arguments: [Engine.file, .postgreSQL])
    func `kills at any moment lose nothing and repeat nothing`(
        engine: Engine
    ) async throws {
        try await Programs.with(engine) { programs in
            let loops = Loops(count: 1)
            defer { loops.stop() }
            let crowd = Crowd(programs, on: loops, seed: 5)
            try await crowd.open(now: SystemClock().now)
            async let bought: Void = crowd.buy(count: Self.buyers)
            let kills = try await killRepeatedly(programs)
            try await crowd.close()
            try await bought
            try await Aftermath(crowd, programs).check()
            let paidCount = crowd.isPaid.values.count { $0 }
            print("\(engine): \(kills) kills; of \(crowd.isPaid.count) payments \(paidCount) were paid")
            #expect(paidCount > 0 && kills > 5)
        }
    }

    /// Kills and restarts one or two services at once. Returns the number of kills.
    private func killRepeatedly(_ programs: Programs) async throws -> Int {
        let clock = SystemClock()
        let end = clock.uptime + Self.duration
        var random = SeededGenerator(seed: 3)
        var count = 0
        while clock.uptime < end {
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
