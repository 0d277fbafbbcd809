import Database
import Kernel
import TestSupport
import Testing

@testable import Service

@Suite struct PollingTests {
    private let clock = ManualClock()

    /// Runs the job every 100 ms for a time. Returns the times of its looks, in milliseconds.
    private func looks(
        _ polling: Polling, for milliseconds: Int, _ look: (Int) async throws -> Bool = { _ in false }
    ) async -> [Int] {
        var times: [Int] = []
        for time in stride(from: 0, to: milliseconds, by: 100) {
            try? await polling.run {
                times.append(time)
                return try await look(time)
            }
            clock.advance(by: .milliseconds(100))
        }
        return times
    }

    @Test func `the pauses grow while nothing is found, and end when something is`() async {
        let polling = Polling(after: nil, clock, from: .milliseconds(200), upTo: .milliseconds(800))
        #expect(await looks(polling, for: 3000) { $0 == 1400 } == [0, 200, 600, 1400, 1500, 1700, 2100, 2900])
    }

    @Test func `a look that failed is repeated by the next run`() async {
        let polling = Polling(after: nil, clock, from: .seconds(1), upTo: .seconds(1))
        let times = await looks(polling, for: 500) { time in
            if time < 200 { throw CancellationError() }
            return false
        }
        #expect(times == [0, 100, 200])
    }

    @Test func `a transaction of this program is looked at by the next run, once`() async throws {
        let database = try Database(url: "sqlite::memory:", migrations: [], clock: clock)
        let polling = Polling(after: database, clock, from: .seconds(10), upTo: .seconds(10))
        let times = await looks(polling, for: 1000) { time in
            // It ends after the look has read: the rows of such a transaction may be missing in what was read.
            if time == 0 { try await database.transaction { _ in } }
            return false
        }
        #expect(times == [0, 100])
        try await database.transaction { _ in }
        #expect(await looks(polling, for: 1000) == [0])
        await #expect(throws: CancellationError.self) {
            try await database.transaction { _ in throw CancellationError() }
        }
        #expect(await looks(polling, for: 1000) == [0], "also if it failed, because it may be stored")
        _ = try await database.read { $0.now }
        #expect(await looks(polling, for: 1000) == [])
        await database.close()
    }
}
