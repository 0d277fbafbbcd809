import CommandLine
import Database
import Identity
import Kernel
import Programs
import RPC
import Telemetry

/// A bounded context as a program: its names, ports, tables, options and handlers.
package struct ServiceContext: Sendable {
    /// The name of the executable: `QueueService`.
    package let program: String
    package let summary: String
    /// The name of the database file: `queue`.
    package let name: String
    /// The program as the key file knows it.
    package let holder: KeyHolder
    /// The default port for calls. `statusPort` is that of the status pages.
    package let port: UInt16
    package let statusPort: UInt16
    /// They include those of `ActionTable`.
    package let migrations: [Migration]
    /// A query by a key of the largest tables, `$1`, that checks if the database answers. If nil, a small table is read.
    package let probe: Statement?
    /// The options of this context only.
    package let options: [any AnyOption]
    package let build: @Sendable (ServiceEnvironment) throws -> ServiceParts

    package init(
        _ program: String, _ summary: String, name: String, holder: KeyHolder, port: UInt16,
        statusPort: UInt16, migrations: [Migration], probe: Statement? = nil, options: [any AnyOption] = [],
        build: @escaping @Sendable (ServiceEnvironment) throws -> ServiceParts
    ) {
        self.program = program
        self.summary = summary
        self.name = name
        self.holder = holder
        self.port = port
        self.statusPort = statusPort
        self.migrations = migrations
        self.probe = probe
        self.options = options
        self.build = build
    }

    /// Builds the context, and the log of what operators did.
    package func parts(_ environment: ServiceEnvironment) throws -> ServiceParts {
        let parts = try build(environment)
        let log = ActionLog(environment.database, environment.clock)
        return ServiceParts(
            parts.services + [log.service], components: parts.components, jobs: parts.jobs + [log.job])
    }
}

/// The resources from which a context builds its services, components and jobs.
package struct ServiceEnvironment: Sendable {
    package let configuration: Configuration
    package let database: Database
    /// The path of a SQLite database. Nil for another one.
    package let databaseFile: String?
    package let keys: KeyFile
    package let clock: any Clock
    package let log: Log
    package let metrics: Metrics
    package let health: Health
    /// The event loops and the network for its calls to other services. A nil network is TCP.
    package let loops: Loops
    package let network: (any Network)?

    package init(
        configuration: Configuration, database: Database, databaseFile: String? = nil, keys: KeyFile, clock: any Clock,
        log: Log, metrics: Metrics, health: Health, loops: Loops, network: (any Network)? = nil
    ) {
        self.configuration = configuration
        self.database = database
        self.databaseFile = databaseFile
        self.keys = keys
        self.clock = clock
        self.log = log
        self.metrics = metrics
        self.health = health
        self.loops = loops
        self.network = network
    }
}

/// The services, components and jobs of a running context.
package struct ServiceParts: Sendable {
    package let services: [ServedService]
    /// Clients of other services. They start before the server accepts calls, and stop after the last call.
    package let components: [Component]
    package let jobs: [Job]

    package init(_ services: [ServedService], components: [Component] = [], jobs: [Job] = []) {
        self.services = services
        self.components = components
        self.jobs = jobs
    }
}
