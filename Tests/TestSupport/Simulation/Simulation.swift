import Kernel
import RPC

/// A whole system in one thread. Its loops take turns, and its network and clock are simulated. Time passes only when
/// no loop has work left. The same seed gives the same history.
package final class Simulation {
    package let clock = ManualClock()
    package let loops: Loops
    package let network: SimulatedNetwork
    /// Called after each turn of a loop.
    package var afterTurn: () -> Void = {}
    /// In the order of their turns.
    private var driven: [EventLoop]

    /// No event is left, but the condition is not true.
    package struct StandsStill: Error, CustomStringConvertible {
        package let description: String
    }

    package init(seed: UInt64 = 1, loops count: Int = 1) {
        let clock = clock
        loops = Loops(driven: (0..<count).map { _ in EventLoop(time: { clock.uptime }, wake: {}) })
        driven = loops.all
        network = SimulatedNetwork(seed: seed, clock: clock)
    }

    /// Creates loops of a program that can be killed.
    package func newProgram() -> Loops {
        let loop = EventLoop(time: { [clock] in clock.uptime }, wake: {})
        driven.append(loop)
        return Loops(driven: [loop])
    }

    /// Stops everything on these loops between two steps, permanently. Connected peers are notified within `delay`.
    /// Bytes in transit to them arrive before that.
    package func kill(_ program: Loops, noticedWithin delay: Duration) {
        driven.removeAll { loop in program.all.contains { $0 === loop } }
        network.lose(program.all, noticedWithin: delay)
    }

    /// Runs `body` on the first loop until it returns. Everything else runs meanwhile.
    package func run<Output: Sendable>(
        limit: Duration = .hours(24), _ body: @escaping @Sendable () async throws -> Output
    ) throws -> Output {
        let outcome = Outcome<Output>()
        start { outcome.result = await Result(catching: body) }
        try run(limit: limit) { outcome.result != nil }
        return try outcome.result!.get()
    }

    /// Runs everything until `isOver` returns true.
    package func run(limit: Duration, until isOver: () -> Bool) throws {
        let end = clock.uptime + limit
        while !isOver() {
            guard step(until: end) else {
                throw StandsStill(description: "the simulation stands still at \(clock.now), \(clock.uptime)")
            }
        }
    }

    /// Starts `body` on the first loop, or on one of a program. It continues whenever the simulation runs.
    package func start(on loops: Loops? = nil, _ body: @escaping @Sendable () async -> Void) {
        let loop = (loops ?? self.loops).all[0]
        loop.execute { Task.immediate(executorPreference: loop) { await body() } }
    }

    /// Runs everything for `duration`.
    package func run(for duration: Duration) {
        let end = clock.uptime + duration
        while step(until: end) {}
        if clock.uptime < end { clock.advance(by: end - clock.uptime) }
    }

    /// Runs one round of turns, or else one step of time. Returns false if neither is possible before `end`.
    private func step(until end: Uptime) -> Bool {
        var isBusy = network.deliverDue()
        for loop in driven where loop.hasWork {
            isBusy = true
            turn(loop)
        }
        if isBusy { return true }
        let times = driven.map(\.nextDeadline) + [network.nextDelivery, clock.nextDeadline]
        guard let next = times.compactMap({ $0 }).min(), next <= end else { return false }
        if next > clock.uptime { clock.advance(by: next - clock.uptime) }
        for loop in driven where loop.nextDeadline.map({ $0 <= next }) ?? false { turn(loop) }
        return true
    }

    private func turn(_ loop: EventLoop) {
        // An earlier turn may have killed this loop.
        guard driven.contains(where: { $0 === loop }) else { return }
        _ = loop.turn(at: clock.uptime)
        afterTurn()
    }

    private final class Outcome<Output: Sendable>: @unchecked Sendable {
        // Sound because only the simulation's one thread uses it.

        var result: Result<Output, any Error>?
    }
}

extension Result where Failure == any Error {
    init(catching body: () async throws -> Success) async {
        do { self = .success(try await body()) } catch { self = .failure(error) }
    }
}
