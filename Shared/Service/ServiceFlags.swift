import CommandLine
import Glibc
import Kernel
import RPC

/// The options of every service, beyond those of the runtime.
struct ServiceFlags: Sendable {
    static let keys = Option(
        "keys", .path, default: DataFolder.name + "/keys",
        "Key file that all services share. Created on the first start if this option is not given.")
    static let loops = Option(
        "loops", .integer(in: 1...64), default: max(1, min(64, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))),
        "Number of threads that answer calls.")
    static let maxConnections = Option(
        "max-connections", .integer(in: 1...1_000_000), default: Limits().connections,
        "Maximum of open connections. Further ones are refused.")
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

    let database: Option<SecretURL>
    let options: ServiceOptions

    init(_ context: ServiceContext) {
        database = Option(
            "database",
            .secretURL(
                schemes: ["sqlite", "postgres", "postgresql"],
                examples: "sqlite:///path/to/file, sqlite::memory: or postgres://user@host/name"),
            default: SecretURL("sqlite://\(DataFolder.path)/\(context.name).db"), "Database of this service.")
        let own: [any AnyOption] = [
            database, Self.keys, Self.loops, Self.maxConnections, Self.maxInFlight, Self.maxRequestBytes,
            Self.maxReplyBytes, Self.databaseConnections, Self.acceptNewerRows, Self.backupTo, Self.acceptLoss,
        ]
        options = ServiceOptions(
            context.program, context.summary, port: context.port, statusPort: context.statusPort,
            own + context.options)
    }

    static func limits(_ configuration: Configuration) -> Limits {
        var limits = Limits()
        limits.connections = configuration[maxConnections]
        limits.inFlight = configuration[maxInFlight]
        limits.requestBytes = configuration[maxRequestBytes]
        limits.replyBytes = configuration[maxReplyBytes]
        return limits
    }
}
