import ConcertService
import Glibc
import Kernel
import RPC
import Runtime
import TestSupport
import Testing
import WalletAPI
import WalletService

/// The three programs themselves, killed at any moment while a crowd buys.
@Suite(.serialized) struct KillTests {
    private static let duration: Duration = getenv("ONSALE_TEST_FULL") == nil ? .seconds(60) : .seconds(300)
    private static let buyers = 64
    /// In quarters of a second.
    private static let mostLooks = 240

    @Test(arguments: [Engine.file, .postgreSQL])
    func `between any two steps of any of them, nothing is lost and nothing is done twice`(
        engine: Engine
    ) async throws {
        try await Programs.with(engine) { programs in
            let loops = Loops(count: 1)
            defer { loops.stop() }
            let crowd = Crowd(programs, on: loops, seed: 5)
            try await crowd.open(now: SystemClock().now)
            async let bought: Void = crowd.buy(count: Self.buyers)
            let kills = try await killAgainAndAgain(programs)
            try await crowd.close()
            try await bought
            try await waitForQuiet(crowd, programs)
            let audit = try await crowd.audit()
            #expect(audit.misfit == "")
            await crowd.shutdown()
            try await programs.kill(Programs.Name.allCases)
            try await check(crowd, programs)
            let paidCount = crowd.isPaid.values.count { $0 }
            print("\(engine): \(kills) kills; of \(crowd.isPaid.count) payments \(paidCount) were paid")
            #expect(paidCount > 0 && kills > 5)
        }
    }

    /// Each by itself, and two at once.
    private func killAgainAndAgain(_ programs: Programs) async throws -> Int {
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
            try await programs.startAgain(victims.sorted { $0.rawValue < $1.rawValue })
        }
        return count
    }

    private func waitForQuiet(_ crowd: Crowd, _ programs: Programs) async throws {
        let clock = SystemClock()
        try await clock.sleep(for: Crowd.hold)
        for _ in 1...Self.mostLooks {
            let (pending, due) = (try await crowd.audit().pendingPaymentCount, try await crowd.refundsDue())
            if pending == 0, due == 0, try await passesDue(programs) == 0 { return }
            try await clock.sleep(for: .milliseconds(250))
        }
        Issue.record("there is no quiet")
    }

    /// What Wallet tells nobody, it shows when it is killed once more.
    private func passesDue(_ programs: Programs) async throws -> Int {
        try await programs.kill([.wallet])
        let count = try await programs.look(at: .wallet, .wallet) { try WalletBooks($0).passesDue }
        try await programs.startAgain([.wallet])
        return count
    }

    /// All promises, read from what they left.
    private func check(_ crowd: Crowd, _ programs: Programs) async throws {
        let wallet = try await programs.look(at: .wallet, .wallet) { try WalletBooks($0) }
        let concert = try await programs.look(at: .concert, .concert) { try ConcertBooks($0) }
        var invariants = Invariants()
        try invariants.check(wallet)
        try invariants.check(concert)
        try invariants.check(wallet, concert)
        try invariants.checkQuiet(wallet, concert, at: SystemClock().now)
        try invariants.heard(crowd.isPaid, wallet)
        for (payment, isPaid) in crowd.isPaid where isPaid {
            let reservation = crowd.reservations[payment]!
            guard !crowd.returned.contains(reservation) else { continue }
            #expect(concert.tickets(of: reservation).count == 1, "payment \(payment) was answered with PAID")
        }
    }
}
