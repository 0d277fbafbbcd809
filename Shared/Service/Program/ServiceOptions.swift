import CommandLine
import Database
import Glibc
import Kernel
import Programs
import RPC
import Telemetry
import Threads

/// The options of a context as a program: those of every service, and its own ones.
struct ServiceOptions: Sendable {
    static let keys = Option(
        "keys", .path, default: DataFolder.name + "/keys",
        "Key file that all services share, or the file of this service. "
            + "Created on the first start if this option is not given.")
    static let loops = Option(
        "loops", .integer(in: 1...64), default: SystemLimits.cores,
        "Number of threads that answer calls.")
    static let maxConnections = Option(
        "max-connections", .integer(in: 1...1_000_000), default: Limits().connections,
        "Maximum of open connections. Further ones are refused.")
    static let maxConnectionsPerNetwork = Option(
        "max-connections-per-network", .integer(in: 1...1_000_000), default: Limits().connectionsPerNetwork,
        "Maximum of open connections of one client network: an IPv4 address, or the /64 of an IPv6 address. Further ones are "
            + "refused. Connections from this machine have no such limit.")
    static let maxInFlight = Option(
        "max-in-flight", .integer(in: 1...1_000_000), default: Limits().inFlight,
        "Maximum of calls in flight. Further ones are refused.")
    static let maxRequestBytes = Option(
        "max-request-bytes", .integer(in: 1024...16_777_215), default: Limits().requestBytes,
        "Maximum size of a request, in bytes.")
    static let maxReplyBytes = Option(
        "max-reply-bytes", .integer(in: 1024...16_777_215), default: Limits().replyBytes,
        "Maximum size of an answer, in bytes.")
    static let databaseConnections = Option(
        "database-connections", .integer(in: 1...256), default: 16,
        "Number of connections to a PostgreSQL server. Not used with SQLite.")
    static let insecureDatabase = Option(
        "insecure-database", .flag, default: false,
        "Connects to a PostgreSQL server on another machine without verified encryption. Use it in a private network only."
    )
    static let acceptNewerRows = Option(
        "accept-newer-rows", .flag, default: false,
        "Starts although the database has rows from the future. Use it only if the clock is right.")
    static let backupTo = Option(
        "backup-to", .optional(.path), default: nil,
        "Copies the SQLite database to this new file and ends. A running service is not disturbed.")
    static let acceptLoss = Option(
        "accept-loss", .flag, default: false,
        "Starts with the remaining rows of a SQLite database that has lost some. Use it for one start; see the runbook."
    )

    let listen: Option<Address>
    let statusListen: Option<Address>
    let database: Option<SecretURL>
    let options: Options

    init(_ context: ServiceContext) {
        listen = Option("listen", .address, default: .loopback(context.port), "Address for calls.")
        statusListen = Option(
            "status-listen", .address, default: .loopback(context.statusPort),
            "Address for /metrics, /healthz and /readyz over HTTP.")
        database = Option(
            "database",
            .secretURL(
                schemes: ["sqlite", "postgres", "postgresql"],
                examples: "sqlite:///path/to/file, sqlite::memory: or postgres://user@host/name"),
            default: SecretURL("sqlite://\(DataFolder.path)/\(context.name).db"), "Database of this service.")
        let common: [any AnyOption] = [
            listen, statusListen, ProgramOptions.logFormat, ProgramOptions.logLevel, ProgramOptions.drainTimeout,
            database, Self.insecureDatabase, Self.keys, Self.loops, Self.maxConnections,
            Self.maxConnectionsPerNetwork, Self.maxInFlight,
            Self.maxRequestBytes,
            Self.maxReplyBytes, Self.databaseConnections, Self.acceptNewerRows, Self.backupTo, Self.acceptLoss,
        ]
        options = Options(
            context.program, context.summary, common + TLSOptions.all + context.options,
            checks: [TLSOptions.check, Self.isEncrypted(database)],
            notes: ProgramOptions.notes)
    }

    /// Reports a connection to a database server that others on its way can read.
    private static func isEncrypted(_ database: Option<SecretURL>) -> Options.Check {
        Options.Check([database.name, insecureDatabase.name]) { configuration in
            guard !configuration[insecureDatabase],
                let host = DatabaseURL.hostWithoutEncryption(in: configuration[database].text)
            else { return nil }
            return "\(database.flag): the connection to \(host) is not encrypted and verified. Append "
                + "?sslmode=verify-full&sslrootcert=FILE to the URL, or allow it with \(insecureDatabase.flag)."
        }
    }
}

extension Limits {
    /// The limits that the options set.
    init(_ configuration: Configuration) {
        self.init()
        connections = configuration[ServiceOptions.maxConnections]
        connectionsPerNetwork = configuration[ServiceOptions.maxConnectionsPerNetwork]
        inFlight = configuration[ServiceOptions.maxInFlight]
        requestBytes = configuration[ServiceOptions.maxRequestBytes]
        replyBytes = configuration[ServiceOptions.maxReplyBytes]
    }
}

extension SystemNeeds {
    /// For keys, log, status port and some connections, without the standard files.
    private static let filesOfOneProgram = 40
    /// For log, signals, status port, tasks and passwords.
    private static let threadsOfOneProgram = 10
    /// For the caches of the database and some calls.
    private static let memoryMegabytes = 192

    /// The resources to start and to answer a few calls. Each further connection needs more.
    init(_ configuration: Configuration, _ options: ServiceOptions) {
        let loops = configuration[ServiceOptions.loops]
        let isSQLite = configuration[options.database].text.hasPrefix("sqlite:")
        let connections = isSQLite ? 0 : configuration[ServiceOptions.databaseConnections] + 1
        // Each event loop has four files. SQLite opens three per connection, and each loop reads over its own
        // connection.
        self.init(
            files: Self.filesOfOneProgram + 4 * loops + (isSQLite ? 3 * (loops + 2) : connections),
            threads: Self.threadsOfOneProgram + loops + (isSQLite ? 2 : connections),
            addressSpaceMegabytes: Self.memoryMegabytes)
    }
}
