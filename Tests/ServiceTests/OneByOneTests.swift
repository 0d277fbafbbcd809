import TestSupport
import Testing

@testable import Service

@Suite struct OneByOneTests {
    private let calls = OneByOne<String>()
    private let ran = Recorder<String>()

    private func call(_ name: String, of key: String, _ body: @escaping @Sendable () async throws -> Void = {})
        -> Task<Void, any Error>
    {
        Task { [calls, ran] in
            try await calls.run(for: key) {
                ran.add(name)
                try await body()
            }
        }
    }

    private func haveRun(_ names: String...) async throws {
        try await eventually("\(names) have run") { [ran] in ran.all == names }
    }

    private func wait(_ count: Int, of key: String) async throws {
        try await eventually("\(count) calls wait") { [calls] in calls.waitingCount(of: key) == count }
    }

    @Test func `a call waits for the earlier calls of its key, and for no others`() async throws {
        let (gate, opening) = AsyncStream<Void>.makeStream()
        let first = call("first", of: "alice") { for await _ in gate {} }
        try await haveRun("first")
        let second = call("second", of: "alice")
        try await wait(1, of: "alice")
        let third = call("third", of: "alice")
        try await wait(2, of: "alice")
        try await call("other", of: "bob").value
        opening.finish()
        for call in [first, second, third] { try await call.value }
        #expect(ran.all == ["first", "other", "second", "third"])
    }

    @Test func `a call that is cancelled before its turn does not run`() async throws {
        let (gate, opening) = AsyncStream<Void>.makeStream()
        let first = call("first", of: "alice") { for await _ in gate {} }
        try await haveRun("first")
        let second = call("second", of: "alice")
        try await wait(1, of: "alice")
        let third = call("third", of: "alice")
        try await wait(2, of: "alice")
        second.cancel()
        opening.finish()
        try await first.value
        await #expect(throws: CancellationError.self) { try await second.value }
        try await third.value
        #expect(ran.all == ["first", "third"])
    }

    @Test func `a call that fails ends its turn`() async throws {
        struct Failure: Error {}
        await #expect(throws: Failure.self) { try await call("first", of: "alice") { throw Failure() }.value }
        try await call("second", of: "alice").value
        #expect(ran.all == ["first", "second"])
    }
}
