import CommandLine
import Database
import Identity
import Kernel
import Programs
import RPC
import Service
import Telemetry

/// One running instance of a context, inside the test's process.
package final class ServiceInstance: Sendable {
    /// A small number, because many tests share one server.
    private static let databaseConnections = 4

    package let address: Address
    package let database: Database
    package let metrics = Metrics()
    private let server: Server
    private let parts: ServiceParts

    convenience init(
        _ context: ServiceContext, on url: String, keys: KeyFile, clock: any Clock, loops: Loops,
        network: (any Network)?, tls: TLSServerRules.Mode = .optional, arguments: [String],
        faults: Faults? = nil
    ) throws {
        var limits = DatabaseLimits()
        limits.connections = Self.databaseConnections
        let databaseClock = network == nil ? DayClock(day: clock) : clock
        let database =
            if let faults {
                try Database(
                    url: url, migrations: context.migrations, clock: databaseClock, limits: limits, faults: faults)
            } else {
                try Database(url: url, migrations: context.migrations, clock: databaseClock, limits: limits)
            }
        let log = Log(level: .warning, clock: clock) { print($0, terminator: "") }
        try self.init(
            context, on: database, keys: keys, clock: clock, log: log, loops: loops, network: network, tls: tls,
            arguments: arguments)
    }

    init(
        _ context: ServiceContext, on database: Database, keys: KeyFile, clock: any Clock, log: Log, loops: Loops,
        network: (any Network)?, tls: TLSServerRules.Mode = .optional, arguments: [String],
        listeningOn wanted: Address = .loopback(0)
    ) throws {
        self.database = database
        let options = Options(context.program, context.summary, context.options, readsEnvironment: false)
        guard case .configuration(let configuration) = try options.read(arguments) else {
            preconditionFailure("tests do not pass --help")
        }
        let health = Health()
        health.enter(.running)
        parts = try context.parts(
            ServiceEnvironment(
                configuration: configuration, database: database, keys: keys, clock: clock, log: log,
                metrics: metrics, health: health, loops: loops, network: network))
        server = Server(
            parts.services, on: loops, network: try network ?? keys.port(on: loops, tls: tls), agent: context.program,
            hooks: .service(
                parts.services.map(\.description), credentials: CredentialVerifier(keys, for: context.holder),
                clock: clock, log: log, metrics: metrics, health: health))
        address = try server.listen(on: wanted)
    }

    /// Runs a background job once, as its timer would.
    package func run(_ job: String) async throws {
        guard let job = parts.jobs.first(where: { $0.name == job }) else {
            preconditionFailure("no job \(job); the jobs are \(parts.jobs.map(\.name))")
        }
        try await job.run()
    }

    package var jobs: [Job] { parts.jobs }

    func start() async throws {
        for component in parts.components { try await component.start() }
    }

    func stop() async {
        await server.shutdown(grace: .seconds(1))
        for component in parts.components.reversed() { await component.stop() }
        await database.close()
    }
}
