import ConcertService
import Glibc
import Kernel
import RPC
import TestSupport
import Testing
import Threads
import WalletAPI

/// A date is cancelled while its buyers pay, and every service is killed meanwhile.
@Suite struct CancelledDateTests {
    /// A quarter is decided when the date is cancelled. The others are under way: with --full more than 1,000.
    private static let payments = getenv("ONSALE_TEST_FULL") == nil ? 200 : 1400

    @Test(arguments: [Engine.file, .postgreSQL])
    func `payments during a cancellation are refunded or not made, whichever service is killed`(
        engine: Engine
    ) async throws {
        try await Programs.with(engine) { programs in
            let loops = Loops(count: 1)
            defer { loops.stop() }
            let crowd = Crowd(programs, on: loops, seed: 11)
            try await crowd.open(now: SystemClock().now, hold: .minutes(10))
            try await crowd.reserve(count: Self.payments)
            async let paid: Void = crowd.payForAll()
            async let cancelled: Void = Self.cancel(crowd)
            async let killed: Void = Self.kill(programs, crowd)
            _ = try await (paid, cancelled, killed)
            try await Aftermath(crowd, programs).check()
            #expect(crowd.reasons.isSubset(of: [.dateCancelled, .cancelled, .insufficient]))
            #expect(programs.errors.isEmpty)
            let books = try await programs.inspect(.concert, .concert) { try ConcertBooks($0) }
            #expect(books.isCancellationFinished)
            #expect(books.refunds.count == crowd.isPaid.values.count { $0 })
            print("\(engine): of \(crowd.isPaid.count) payments \(books.refunds.count) were refunded")
        }
    }

    private static func cancel(_ crowd: Crowd) async throws {
        try await crowd.decide(payments / 4)
        try await crowd.cancelDate()
    }

    private static func kill(_ programs: Programs, _ crowd: Crowd) async throws {
        let victims = [Programs.Name.wallet, .concert, .queue, .concert, .wallet]
        for (number, victim) in victims.enumerated() {
            try await crowd.decide(payments * (number + 2) / 8)
            try await programs.kill([victim])
            try await programs.restart([victim])
        }
    }
}
