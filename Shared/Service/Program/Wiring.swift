import CommandLine
import Database
import Identity
import Kernel
import Programs
import RPC
import Telemetry

/// Connects the database, the keys, the event loops, the context and its server.
struct Wiring {
    let context: ServiceContext
    let options: ServiceOptions
    let configuration: Configuration
    let clock: any Clock
    let log: Log
    let metrics: Metrics
    let health: Health

    /// The components in the order of their start, the jobs, and the certificate of the ports.
    func parts() async throws -> (components: [Component], jobs: [Job], tls: ServiceTLS) {
        let keys = try DataFolder.keys(configuration, for: context.holder, log)
        let watch = DatabaseWatch(log, metrics, health, clock)
        let newest = NewestTime(clock, metrics, health)
        let database = try openDatabase { event in
            watch.observe(event)
            newest.observe(event)
        }
        watch.report(database, to: metrics)
        do {
            let loops = try Loops.started(count: configuration[ServiceOptions.loops])
            let tls = try ServiceTLS(
                context.holder, at: configuration[options.listen], over: TCP(on: loops), configuration, keys: keys,
                clock: clock, log: log, metrics: metrics)
            let parts = try context.parts(
                ServiceEnvironment(
                    configuration: configuration, database: database,
                    databaseFile: DatabaseURL.file(in: configuration[options.database].text), keys: keys, clock: clock,
                    log: log, metrics: metrics, health: health, loops: loops, network: tls.network))
            let server = Server(
                parts.services, on: loops, network: tls.network, limits: Limits(configuration), agent: context.program,
                hooks: .service(
                    parts.services.map(\.description), credentials: CredentialVerifier(keys, for: context.holder),
                    clock: clock, log: log, metrics: metrics, health: health))
            server.report(to: metrics)
            let components = [component(database, newest), Component("loops", start: {}, stop: { loops.stop() })]
            return (
                components + parts.components + [component(server)],
                [watch.check(of: database, by: context.probe), newest.job(on: database), tls.job] + parts.jobs, tls
            )
        } catch {
            await database.close()
            throw error
        }
    }

    private func openDatabase(_ observe: @escaping @Sendable (DatabaseEvent) -> Void) throws -> Database {
        let url = configuration[options.database]
        try DataFolder.prepare(for: url)
        var limits = DatabaseLimits()
        limits.connections = configuration[ServiceOptions.databaseConnections]
        return try Database(
            url: url.text, migrations: context.migrations, clock: clock, limits: limits,
            acceptsLoss: configuration[ServiceOptions.acceptLoss], observe: observe,
            caller: { Call.current?.caller.flatMap { $0.role == .user ? $0.user : nil } })
    }

    private func component(_ database: Database, _ newest: NewestTime) -> Component {
        let acceptsNewerRows = configuration[ServiceOptions.acceptNewerRows]
        return Component(
            "database", isOpen: true, start: { if !acceptsNewerRows { try await newest.load(from: database) } },
            stop: { await database.close() })
    }

    /// Calls in flight get most of the drain time-out. The rest is for the components that stop after them.
    private func component(_ server: Server) -> Component {
        let grace = configuration[ProgramOptions.drainTimeout] * 0.8
        let address = configuration[options.listen]
        return Component(
            "calls",
            start: { [log] in
                let address = try server.listen(on: address)
                log.info("listening", ["address": "\(address)"])
            }, stop: { await server.shutdown(grace: grace) })
    }
}
