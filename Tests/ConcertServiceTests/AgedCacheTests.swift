import Kernel
import TestSupport
import Testing
import Threads

@testable import ConcertService

@Suite struct AgedCacheTests {
    private let clock = ManualClock()
    private let cache: AgedCache<Int, Int>

    init() {
        cache = AgedCache(age: .seconds(1), capacity: 2, clock: clock) { _, previous in
            try await Loader.load(previous)
        }
    }

    /// Suspends loads until the test opens it.
    private final class Gate: Sendable {
        private let state = Lock<(isOpen: Bool, waiting: [CheckedContinuation<Void, Never>])>((false, []))

        func pass() async {
            await withCheckedContinuation { continuation in
                let isOpen = state.withLock { state in
                    if !state.isOpen { state.waiting.append(continuation) }
                    return state.isOpen
                }
                if isOpen { continuation.resume() }
            }
        }

        var waitingCount: Int { state.withLock { $0.waiting.count } }

        func open() {
            let waiting = state.withLock { state in
                state.isOpen = true
                defer { state.waiting = [] }
                return state.waiting
            }
            for continuation in waiting { continuation.resume() }
        }
    }

    @Test func `a value is returned until it reaches the maximum age`() async throws {
        #expect(try await cache.value(for: 1) { _ in 10 } == 10)
        clock.advance(by: .milliseconds(999))
        #expect(try await cache.value(for: 1) { _ in 11 } == 10)
        clock.advance(by: .milliseconds(1))
        #expect(try await cache.value(for: 1) { previous in (previous ?? 0) + 2 } == 12)
    }

    @Test func `an invalidated value is loaded again, with the previous value`() async throws {
        _ = try await cache.value(for: 1) { _ in 10 }
        cache.invalidate(1)
        #expect(try await cache.value(for: 1) { previous in (previous ?? 0) + 1 } == 11)
        #expect(try await cache.value(for: 1) { _ in 12 } == 11)
    }

    @Test func `simultaneous callers share one load`() async throws {
        let gate = Gate()
        let loads = Recorder<Int?>()
        try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<10 {
                group.addTask { [cache] in
                    try await cache.value(for: 1) { previous in
                        loads.add(previous)
                        await gate.pass()
                        return 10
                    }
                }
            }
            while gate.waitingCount == 0 { await Task.yield() }
            gate.open()
            for try await value in group { #expect(value == 10) }
        }
        #expect(loads.all == [nil])
    }

    @Test func `a load that is invalidated in flight is returned to no waiting caller`() async throws {
        let gate = Gate()
        async let first = cache.value(for: 1) { _ in
            await gate.pass()
            return 10
        }
        while gate.waitingCount == 0 { await Task.yield() }
        async let second = cache.value(for: 1) { _ in 11 }
        while cache.waitingCount(for: 1) == 0 { await Task.yield() }
        cache.invalidate(1)
        gate.open()
        #expect(try await first == 10)
        #expect(try await second == 11)
    }

    @Test func `a failed load fails only its own caller`() async throws {
        let gate = Gate()
        let first = Task { [cache] in
            try await cache.value(for: 1) { _ in
                await gate.pass()
                throw CancellationError()
            }
        }
        while gate.waitingCount == 0 { await Task.yield() }
        async let second = cache.value(for: 1) { _ in 11 }
        while cache.waitingCount(for: 1) == 0 { await Task.yield() }
        gate.open()
        await #expect(throws: CancellationError.self) { try await first.value }
        #expect(try await second == 11)
    }

    @Test func `a full cache drops the oldest value`() async throws {
        for key in 1...3 {
            _ = try await cache.value(for: key) { _ in key }
            clock.advance(by: .milliseconds(10))
        }
        #expect(try await cache.value(for: 2) { _ in 0 } == 2)
        #expect(try await cache.value(for: 3) { _ in 0 } == 3)
        #expect(try await cache.value(for: 1) { _ in 0 } == 0)
    }
}

private enum Loader {
    @TaskLocal static var load: @Sendable (_ previous: Int?) async throws -> Int = { _ in 0 }
}

extension AgedCache<Int, Int> {
    /// The current value. `load` runs if this caller loads it.
    fileprivate func value(
        for key: Int, load: @escaping @Sendable (_ previous: Int?) async throws -> Int
    ) async throws -> Int {
        try await Loader.$load.withValue(load) { try await current(key) }
    }
}
