import Database
import Identity
import Kernel
import RPC
import Runtime

/// A bounded context as a program: what it is called, which tables it has, and what answers its calls.
package struct ServiceContext: Sendable {
    /// As it is typed: `QueueService`.
    package let program: String
    package let summary: String
    /// Names the database file: `queue`.
    package let name: String
    /// For calls, and for the status port, unless the options say otherwise.
    package let port: UInt16
    package let statusPort: UInt16
    package let migrations: [Migration]
    /// The options that only this context has.
    package let options: [any AnyOption]
    package let build: @Sendable (ServiceEnvironment) throws -> ServiceParts

    package init(
        _ program: String, _ summary: String, name: String, port: UInt16, statusPort: UInt16,
        migrations: [Migration], options: [any AnyOption] = [],
        build: @escaping @Sendable (ServiceEnvironment) throws -> ServiceParts
    ) {
        self.program = program
        self.summary = summary
        self.name = name
        self.port = port
        self.statusPort = statusPort
        self.migrations = migrations
        self.options = options
        self.build = build
    }
}

/// What a context is given to build its parts on.
package struct ServiceEnvironment: Sendable {
    package let configuration: Configuration
    package let database: Database
    package let keys: KeyFile
    package let clock: any Clock
    package let log: Log
    package let metrics: Metrics
    /// Where its calls to other services run, and over what; nil is TCP.
    package let loops: Loops
    package let network: (any Network)?

    package init(
        configuration: Configuration, database: Database, keys: KeyFile, clock: any Clock, log: Log, metrics: Metrics,
        loops: Loops, network: (any Network)? = nil
    ) {
        self.configuration = configuration
        self.database = database
        self.keys = keys
        self.clock = clock
        self.log = log
        self.metrics = metrics
        self.loops = loops
        self.network = network
    }
}

/// What a context consists of while it runs.
package struct ServiceParts: Sendable {
    package let services: [ServedService]
    /// What has to be started before the first call is taken, and stopped after the last: clients of other services.
    package let components: [Component]
    package let jobs: [Job]

    package init(_ services: [ServedService], components: [Component] = [], jobs: [Job] = []) {
        self.services = services
        self.components = components
        self.jobs = jobs
    }
}
