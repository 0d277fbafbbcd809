import Glibc
import Kernel
import RPC
import Runtime

/// The options that every service has beyond those of the runtime.
struct ServiceFlags: Sendable {
    static let keys = Option(
        "keys", .path, default: DataFolder.name + "/keys",
        "The key file that all services share. Made on the first start, unless this option names one.")
    static let loops = Option(
        "loops", .integer(in: 1...64), default: max(1, min(64, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))),
        "Threads that answer calls.")
    static let maxConnections = Option(
        "max-connections", .integer(in: 1...1_000_000), default: Limits().connections,
        "Connections at once; one more is refused.")
    static let maxInFlight = Option(
        "max-in-flight", .integer(in: 1...1_000_000), default: Limits().inFlight,
        "Calls under way at once; one more is refused.")
    static let maxRequestBytes = Option(
        "max-request-bytes", .integer(in: 1024...16_777_215), default: Limits().requestBytes,
        "The largest request that is read.")
    static let maxReplyBytes = Option(
        "max-reply-bytes", .integer(in: 1024...16_777_215), default: Limits().replyBytes,
        "The largest answer that is sent.")
    static let databaseConnections = Option(
        "database-connections", .integer(in: 1...256), default: 16,
        "Connections to a PostgreSQL server; SQLite needs none.")
    static let acceptNewerRows = Option(
        "accept-newer-rows", .flag, default: false,
        "Serves although the database has rows from after the time of the clock, which is right.")
    static let backupTo = Option(
        "backup-to", .optional(.path), default: nil,
        "Copies the SQLite database to this new file and ends; the service that uses it goes on meanwhile.")
    static let acceptLoss = Option(
        "accept-loss", .flag, default: false,
        "Starts with a SQLite database that has lost rows, with what is there. For one start; see the runbook.")

    let database: Option<SecretURL>
    let options: ServiceOptions

    init(_ context: ServiceContext) {
        database = Option(
            "database",
            .secretURL(
                schemes: ["sqlite", "postgres", "postgresql"],
                examples: "sqlite:///path/to/file, sqlite::memory: or postgres://user@host/name"),
            default: SecretURL("sqlite://\(DataFolder.path)/\(context.name).db"), "Where the rows are kept.")
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
