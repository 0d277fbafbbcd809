import Kernel
import RPC

/// A whole system in one thread: its loops take turns, its network and its clock are simulated, and time passes only
/// when nobody has anything left to do. The same seed gives the same history.
package final class Simulation {
    package let clock = ManualClock()
    package let loops: Loops
    package let network: SimulatedNetwork
    /// Called whenever a loop has had its turn.
    package var afterTurn: () -> Void = {}
    /// In the order of their turns.
    private var driven: [EventLoop]

    /// Nothing moves, yet what was waited for has not come.
    package struct StandsStill: Error, CustomStringConvertible {
        package let description: String
    }

    package init(seed: UInt64 = 1, loops count: Int = 1) {
        let start = clock.uptime
        loops = Loops(driven: (0..<count).map { _ in EventLoop(at: start, wake: {}) })
        driven = loops.all
        network = SimulatedNetwork(seed: seed, clock: clock)
    }

    /// Loops of a program that can be killed.
    package func newProgram() -> Loops {
        let loop = EventLoop(at: clock.uptime, wake: {})
        driven.append(loop)
        return Loops(driven: [loop])
    }

    /// Whatever runs there stops between two steps, and never goes on. Those that it was connected with hear of it within
    /// some time; what was on its way to them arrives until then.
    package func kill(_ program: Loops, noticedWithin delay: Duration) {
        driven.removeAll { loop in program.all.contains { $0 === loop } }
        network.lose(program.all, noticedWithin: delay)
    }

    /// Runs `body` on the first loop, and with it everything else, until it returns.
    package func run<Output: Sendable>(
        limit: Duration = .hours(24), _ body: @escaping @Sendable () async throws -> Output
    ) throws -> Output {
        let outcome = Outcome<Output>()
        start { outcome.result = await Result(catching: body) }
        try run(limit: limit) { outcome.result != nil }
        return try outcome.result!.get()
    }

    /// Lets everything go on until that is true.
    package func run(limit: Duration, until isOver: () -> Bool) throws {
        let end = clock.uptime + limit
        while !isOver() {
            guard step(until: end) else {
                throw StandsStill(description: "the simulation stands still at \(clock.now), \(clock.uptime)")
            }
        }
    }

    /// Starts `body` on the first loop, or a program's; it goes on whenever the simulation runs.
    package func start(on loops: Loops? = nil, _ body: @escaping @Sendable () async -> Void) {
        let loop = (loops ?? self.loops).all[0]
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
        // Killed by the one before it.
        guard driven.contains(where: { $0 === loop }) else { return }
        _ = loop.turn(at: clock.uptime)
        afterTurn()
    }

    private final class Outcome<Output: Sendable>: @unchecked Sendable {
        // Sound because: only the simulation's one thread touches it.

        var result: Result<Output, any Error>?
    }
}

extension Result where Failure == any Error {
    init(catching body: () async throws -> Success) async {
        do { self = .success(try await body()) } catch { self = .failure(error) }
    }
}
