import Database
import Kernel
import TestSupport
import Testing

@testable import Service

@Suite struct PacingTests {
    private let clock = ManualClock()
    private let database: Database
    private let pacing: Pacing

    init() throws {
        database = try Database(url: "sqlite::memory:", migrations: [], clock: clock)
        pacing = Pacing(every: .milliseconds(20), on: database, clock)
    }

    @Test func `beside calls, batches begin once in an interval`() async throws {
        let begin = clock.uptime
        async let run: Void = pacing.run {
            clock.advance(by: .milliseconds(5))
            try await database.transaction { _ in }
        }
        try await clock.sleepers(1)
        #expect(clock.nextDeadline == begin + .milliseconds(20))
        clock.advance(by: .milliseconds(15))
        try await run
    }

    @Test func `a batch without calls beside it is not followed by a pause`() async throws {
        try await pacing.run {
            clock.advance(by: .milliseconds(5))
            try await database.transaction(joiningOthers: true) { _ in }
        }
        #expect(clock.nextDeadline == nil)
    }

    @Test func `a batch that fails is not followed by a pause`() async {
        await #expect(throws: CancellationError.self) {
            try await pacing.run {
                try await database.transaction { _ in }
                throw CancellationError()
            }
        }
    }
}
