import CommandLine
import Database
import Glibc
import Identity
import Kernel
import RPC
import Telemetry
import Threads

/// The `main` of a context.
package enum ServiceProgram {
    /// Returns when the program has ended. Called once.
    package static func run(
        _ context: ServiceContext, arguments: [String] = Array(CommandLine.arguments.dropFirst()),
        environment: [String: String] = ProcessEnvironment.variables
    ) async -> ExitCode {
        umask(0o077)
        raiseFileLimit()
        let flags = ServiceFlags(context)
        return await Program.run(
            flags.options, arguments: arguments, environment: environment,
            instead: { configuration in try backup(configuration, flags) },
            needs: { configuration in needs(configuration, flags) },
            build: { environment in try await parts(context, flags, environment) })
    }

    /// The resources to start and to answer a few calls. Each further connection needs more.
    private static func needs(_ configuration: Configuration, _ flags: ServiceFlags) -> SystemNeeds {
        let loops = configuration[ServiceFlags.loops]
        let isSQLite = configuration[flags.database].text.hasPrefix("sqlite:")
        let connections = isSQLite ? 0 : configuration[ServiceFlags.databaseConnections] + 1
        // Each event loop has four files. SQLite opens three per connection, and each loop reads over its own
        // connection.
        let files = filesOfOneProgram + 4 * loops + (isSQLite ? 3 * (loops + 2) : connections)
        let threads = threadsOfOneProgram + loops + (isSQLite ? 2 : connections)
        return SystemNeeds(files: files, threads: threads, addressSpaceMegabytes: memoryMegabytes)
    }

    /// For keys, log, status port and some connections, without the standard files.
    private static let filesOfOneProgram = 40
    /// For log, signals, status port, tasks and passwords.
    private static let threadsOfOneProgram = 10
    /// For the caches of the database and some calls.
    private static let memoryMegabytes = 192

    /// Copies the database if the options require it, and returns a sentence about it.
    private static func backup(_ configuration: Configuration, _ flags: ServiceFlags) throws -> String? {
        guard let path = configuration[ServiceFlags.backupTo] else { return nil }
        let database = configuration[flags.database]
        try Database.backup(of: database.text, to: path)
        return "copied \(database) to \(path)"
    }

    private static func parts(
        _ context: ServiceContext, _ flags: ServiceFlags, _ environment: ProgramEnvironment
    ) async throws -> ProgramParts {
        let configuration = environment.configuration
        let keys = try DataFolder.keys(configuration, environment.log)
        let watch = DatabaseWatch(environment.log, environment.metrics, environment.health, environment.clock)
        let newest = NewestTime(environment.clock, environment.metrics, environment.health)
        let database = try open(context, configuration[flags.database], configuration, environment.clock) { event in
            watch.observe(event)
            newest.observe(event)
        }
        watch.report(database, to: environment.metrics)
        do {
            return try parts(context, flags, environment, keys, database, watch, newest)
        } catch {
            await database.close()
            throw error
        }
    }

    private static func parts(
        _ context: ServiceContext, _ flags: ServiceFlags, _ environment: ProgramEnvironment, _ keys: KeyFile,
        _ database: Database, _ watch: DatabaseWatch, _ newest: NewestTime
    ) throws -> ProgramParts {
        let configuration = environment.configuration
        let loops = try Loops.started(count: configuration[ServiceFlags.loops])
        let parts = try context.build(
            ServiceEnvironment(
                configuration: configuration, database: database, keys: keys, clock: environment.clock,
                log: environment.log,
                metrics: environment.metrics, loops: loops))
        let server = Server(
            parts.services, on: loops, limits: ServiceFlags.limits(configuration), agent: context.program,
            hooks: .service(
                parts.services.map(\.description), keys: keys, clock: environment.clock, log: environment.log,
                metrics: environment.metrics, health: environment.health))
        server.report(to: environment.metrics)
        return ProgramParts(
            [
                Component(
                    "database", isOpen: true,
                    start: {
                        if !configuration[ServiceFlags.acceptNewerRows] { try await newest.load(from: database) }
                    }, stop: { await database.close() }),
                Component("loops", start: {}, stop: { loops.stop() }),
            ] + parts.components + [
                component(server, at: configuration[flags.options.listen], configuration, environment.log)
            ],
            jobs: [watch.check(of: database), newest.job(on: database)] + parts.jobs)
    }

    private static func open(
        _ context: ServiceContext, _ url: SecretURL, _ configuration: Configuration, _ clock: any Clock,
        _ observe: @escaping @Sendable (DatabaseEvent) -> Void
    ) throws -> Database {
        try DataFolder.prepare(for: url)
        var limits = DatabaseLimits()
        limits.connections = configuration[ServiceFlags.databaseConnections]
        return try Database(
            url: url.text, migrations: context.migrations, clock: clock, limits: limits,
            acceptsLoss: configuration[ServiceFlags.acceptLoss], observe: observe)
    }

    /// Calls in flight get most of the drain time-out. The rest is for the components that stop after them.
    private static func component(
        _ server: Server, at address: Address, _ configuration: Configuration, _ log: Log
    ) -> Component {
        let grace = configuration[ServiceOptions.drainTimeout] * 0.8
        return Component(
            "calls",
            start: {
                let address = try server.listen(on: address)
                log.info("listening", ["address": "\(address)"])
            }, stop: { await server.shutdown(grace: grace) })
    }

    /// Raises the soft limit of open files to the hard limit, because every connection is a file.
    private static func raiseFileLimit() {
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        limit.rlim_cur = limit.rlim_max
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }
}
