import Database
import Identity
import Kernel
import RPC
import Runtime
import Service

/// A context in a simulation, that is killed and started again on what it has left in memory.
package final class SimulatedProgram: @unchecked Sendable {
    // Sound because: only the simulation's one thread touches it.

    package let address: Address
    package let clock: SteppingClock
    package let faults = Faults()
    /// Its power fails when the turn that it is in is over.
    package var isLosingPower = false
    /// Called within each commit, also one of which nobody knows: not the place to look at the database.
    package var didCommit: () -> Void = {}
    /// Called with each line of its log from warnings on.
    package var didLog: (String) -> Void = { _ in }
    /// How long to wait before a background job runs the next time; nil is never.
    package var pause: (Job) -> Duration? = { $0.interval }

    private let context: ServiceContext
    private let simulation: Simulation
    private let keys: KeyFile
    private let arguments: [String]
    private var database: Database!
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
        database = try Database(
            url: "sqlite::memory:", migrations: context.migrations, clock: clock, faults: faults, observe: observe)
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
                        // As the program itself does.
                        log.error("job failed", ["job": "\(job.name)", "error": "\(error)"])
                    }
                }
            }
        }
        self.loops = loops
    }

    /// kill -9. Those who were connected hear of it within `delay`.
    package func kill(noticedWithin delay: Duration) {
        guard let loops else { return }
        simulation.kill(loops, noticedWithin: delay)
        database = Database(after: database, clock: clock, observe: observe)
        self.loops = nil
    }

    /// For good: its memory is given back.
    package func end() {
        kill(noticedWithin: .zero)
        atOnce { [database] in await database?.close() }
    }

    /// Reads its database, whether it runs or not.
    package func inspect<Value: Sendable>(_ body: @escaping @Sendable (Reader) throws -> Value) throws -> Value {
        try atOnce { [database] in await Result(catching: { try await database!.scan(body) }) }.get()
    }

    /// Changes its rows behind its back.
    package func tamper(_ body: @escaping @Sendable (Transaction) throws -> Void) throws {
        try atOnce { [database] in await Result(catching: { try await database!.transaction(body) }) }.get()
    }

    private func observe(_ event: DatabaseEvent) {
        switch event {
        case .committed: didCommit()
        case .failed(_, let error) where error.mayHaveCommitted: didCommit()
        default: break
        }
    }

    /// A database in memory answers without waiting.
    @discardableResult
    private func atOnce<Value: Sendable>(_ body: @escaping @Sendable () async -> Value) -> Value {
        let answer = Answer<Value>()
        Task.immediate { answer.value = await body() }
        guard let value = answer.value else { preconditionFailure("a database in memory made its caller wait") }
        return value
    }

    private final class Answer<Value>: @unchecked Sendable {
        // Sound because: it is filled before the function that made it goes on.

        var value: Value?
    }
}

/// A clock that goes as another does, and is wrong.
package final class SteppingClock: Clock, @unchecked Sendable {
    // Sound because: only the simulation's one thread touches it.

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
