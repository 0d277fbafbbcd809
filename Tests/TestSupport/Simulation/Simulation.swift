import Kernel
import RPC

/// A whole system in one thread: its loops take turns, its network and its clock are simulated, and time passes only
/// when nobody has anything left to do. The same seed gives the same history.
package final class Simulation {
    package let clock = ManualClock()
    package let loops: Loops
    package let network: SimulatedNetwork

    /// Nothing moves, yet what was waited for has not come.
    package struct StandsStill: Error, CustomStringConvertible {
        package let description: String
    }

    package init(seed: UInt64 = 1, loops count: Int = 1) {
        let start = clock.uptime
        loops = Loops(driven: (0..<count).map { _ in EventLoop(at: start, wake: {}) })
        network = SimulatedNetwork(seed: seed, clock: clock)
    }

    /// Runs `body` on the first loop, and with it everything else, until it returns.
    package func run<Output: Sendable>(
        limit: Duration = .hours(24), _ body: @escaping @Sendable () async throws -> Output
    ) throws -> Output {
        let outcome = Outcome<Output>()
        start { outcome.result = await Result(catching: body) }
        let end = clock.uptime + limit
        while outcome.result == nil {
            guard step(until: end) else {
                throw StandsStill(description: "the simulation stands still at \(clock.now), \(clock.uptime)")
            }
        }
        return try outcome.result!.get()
    }

    /// Starts `body` on the first loop; it goes on whenever the simulation runs.
    package func start(_ body: @escaping @Sendable () async -> Void) {
        let loop = loops.all[0]
        loop.execute { Task.immediate(executorPreference: loop) { await body() } }
    }

    /// Lets everything go on for a time.
    package func run(for duration: Duration) {
        let end = clock.uptime + duration
        while step(until: end) {}
        if clock.uptime < end { clock.advance(by: end - clock.uptime) }
    }

    /// One round of turns, or else one step of time. False where neither is possible before `end`.
    private func step(until end: Uptime) -> Bool {
        var isBusy = network.deliverDue()
        for loop in loops.all where loop.hasWork {
            isBusy = true
            _ = loop.turn(at: clock.uptime)
        }
        if isBusy { return true }
        let times = loops.all.map(\.nextDeadline) + [network.nextDelivery, clock.nextDeadline]
        guard let next = times.compactMap({ $0 }).min(), next <= end else { return false }
        if next > clock.uptime { clock.advance(by: next - clock.uptime) }
        for loop in loops.all { _ = loop.turn(at: clock.uptime) }
        return true
    }

    private final class Outcome<Output: Sendable>: @unchecked Sendable {
        // Sound because: only the simulation's one thread touches it.

        var result: Result<Output, any Error>?
    }
}

extension Result where Failure == any Error {
    fileprivate init(catching body: () async throws -> Success) async {
        do { self = .success(try await body()) } catch { self = .failure(error) }
    }
}
