import Database
import Identity
import Kernel
import Programs
import RPC
import Service
import Telemetry

/// A context in a simulation. It can be killed, and started again on the database that it has left in memory.
package final class SimulatedProgram: @unchecked Sendable {
    // Sound because only the simulation's one thread uses it.

    package let address: Address
    package let clock: SteppingClock
    package let faults = Faults()
    /// Its power fails at the end of the current turn.
    package var isLosingPower = false
    /// Called within each commit, including commits with an unknown outcome. Must not read the database.
    package var didCommit: () -> Void = {}
    /// Called with each warning or error line of its log.
    package var didLog: (String) -> Void = { _ in }
    /// The pause before the next run of a background job. Nil means that it never runs again.
    package var pause: (Job) -> Duration? = { $0.interval }

    private let context: ServiceContext
    private let simulation: Simulation
    private let keys: KeyFile
    private let arguments: [String]
    private var killable: KillableDatabase!
    private var database: Database { killable.database }
    private var loops: Loops?

    package init(
        _ context: ServiceContext, at address: Address, in simulation: Simulation, keys: KeyFile,
        arguments: [String] = []
    ) throws {
        self.context = context
        self.address = address
        self.simulation = simulation
        self.keys = keys
        self.arguments = arguments
        clock = SteppingClock(simulation.clock)
        killable = try KillableDatabase(context.migrations, clock: clock, faults: faults, observe: observe)
    }

    package var isUp: Bool { loops != nil }

    package func start() throws {
        precondition(!isUp, "\(context.program) runs already")
        let loops = simulation.newProgram()
        let log = Log(level: .warning, clock: clock) { [weak self] in self?.didLog($0) }
        let instance = try ServiceInstance(
            context, on: database, keys: keys, clock: clock, log: log, loops: loops, network: simulation.network,
            arguments: arguments, listeningOn: address)
        for job in instance.jobs {
            simulation.start(on: loops) { [weak self] in
                while let pause = self?.pause(job), (try? await self?.clock.sleep(for: pause)) != nil {
                    do { try await job.run() } catch {
                        // The program logs the same line.
                        log.error("job failed", ["job": "\(job.name)", "error": "\(error)"])
                    }
                }
            }
        }
        self.loops = loops
    }

    /// Ends it like SIGKILL. Connected peers are notified within `delay`.
    package func kill(noticedWithin delay: Duration) {
        guard let loops else { return }
        simulation.kill(loops, noticedWithin: delay)
        guard let next = try? killable.killed(clock: clock, observe: observe) else {
            preconditionFailure("a database in memory always opens")
        }
        killable = next
        self.loops = nil
    }

    /// Ends it permanently and frees its database.
    package func end() {
        kill(noticedWithin: .zero)
        atOnce { [database] in await database.close() }
    }

    /// Reads its database, whether it runs or not.
    package func inspect<Value: Sendable>(_ body: @escaping @Sendable (Reader) throws -> Value) throws -> Value {
        try atOnce { [database] in await Result(catching: { try await database.scan(body) }) }.get()
    }

    /// Changes its rows outside the program.
    package func tamper(_ body: @escaping @Sendable (Transaction) throws -> Void) throws {
        try atOnce { [database] in await Result(catching: { try await database.transaction(body) }) }.get()
    }

    private func observe(_ event: DatabaseEvent) {
        switch event {
        case .committed: didCommit()
        case .failed(_, let error) where error.mayHaveCommitted: didCommit()
        default: break
        }
    }

    /// Runs `body` at once. A database in memory never suspends its caller.
    @discardableResult
    private func atOnce<Value: Sendable>(_ body: @escaping @Sendable () async -> Value) -> Value {
        let answer = Answer<Value>()
        Task.immediate { answer.value = await body() }
        guard let value = answer.value else { preconditionFailure("a database in memory made its caller wait") }
        return value
    }

    private final class Answer<Value>: @unchecked Sendable {
        // Sound because it is set before the function that created it continues.

        var value: Value?
    }
}

/// A clock that differs from another one by `error`.
package final class SteppingClock: Clock, @unchecked Sendable {
    // Sound because only the simulation's one thread uses it.

    private let right: ManualClock
    package var error = Duration.zero

    init(_ right: ManualClock) {
        self.right = right
    }

    package var now: Timestamp { right.now + error }
    package var uptime: Uptime { right.uptime }

    package func sleep(until deadline: Uptime) async throws(CancellationError) {
        try await right.sleep(until: deadline)
    }
}
