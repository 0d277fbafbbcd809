import CPostgreSQL
import Database
import Glibc
import Kernel
import Synchronization
import Threads

/// A database engine. Tests run on each available one.
package enum Engine: Sendable {
    case memory, file, postgreSQL
    /// PostgreSQL that behaves like an engine with distributed tables: see `EngineDialect`.
    case distributed
    /// PostgreSQL whose transactions are all serializable.
    case serializable

    package static let available: [Engine] = [.memory, .file, .postgreSQL]

    /// The most instances of a service that a test runs: only PostgreSQL can be shared.
    package var instances: Int { self == .postgreSQL ? 2 : 1 }
}

/// An empty database of one test. It is deleted after the test.
package final class TestDatabase: Sendable {
    package let url: String
    package let folder = TemporaryFolder()
    private let schema: PostgreSQLSchema?
    /// On a distributed or serializable engine only.
    package let proxy: EngineProxy?

    package init(on engine: Engine) throws {
        switch engine {
        case .memory:
            url = "sqlite::memory:"
            (schema, proxy) = (nil, nil)
        case .file:
            url = "sqlite://\(folder.path)/test.db"
            (schema, proxy) = (nil, nil)
        case .postgreSQL:
            let schema = try PostgreSQLSchema()
            url = schema.url
            (self.schema, proxy) = (schema, nil)
        case .distributed, .serializable:
            let schema = try PostgreSQLSchema()
            let proxy = try EngineProxy(engine == .distributed ? .distributed : .serializable, to: schema.server)
            let url = schema.url(through: proxy.address)
            // Also statements outside of transactions.
            let level = "options=-cdefault_transaction_isolation%3D"
            self.url = engine == .distributed ? url : url.replacing("options=", with: level + "serializable%20")
            (self.schema, self.proxy) = (schema, proxy)
        }
    }

    /// An empty schema on a server of the test's own.
    package init(on server: OwnServer) throws {
        let schema = try PostgreSQLSchema(on: server.url)
        url = schema.url
        (self.schema, proxy) = (schema, nil)
    }

    /// Calls `init` on a separate thread, because a server may take long.
    package static func make(on engine: Engine) async throws -> TestDatabase {
        try await onThread { try TestDatabase(on: engine) }
    }

    package func open(
        _ migrations: [Migration], clock: any Clock = SystemClock(), limits: DatabaseLimits = DatabaseLimits(),
        faults: Faults? = nil, observe: @escaping @Sendable (DatabaseEvent) -> Void = { _ in }
    ) async throws -> Database {
        let url = url
        return try await onThread {
            guard let faults else {
                return try Database(url: url, migrations: migrations, clock: clock, limits: limits, observe: observe)
            }
            return try Database(
                url: url, migrations: migrations, clock: clock, limits: limits, faults: faults, observe: observe)
        }
    }

    /// Opens a new, empty database for as long as `body` runs.
    package static func with<Value>(
        _ engine: Engine, _ migrations: [Migration], clock: any Clock = SystemClock(),
        limits: DatabaseLimits = DatabaseLimits(), faults: Faults? = nil,
        observe: @escaping @Sendable (DatabaseEvent) -> Void = { _ in },
        _ body: (Database) async throws -> Value
    ) async throws -> Value {
        let test = try await make(on: engine)
        defer { withExtendedLifetime(test) {} }
        let database = try await test.open(migrations, clock: clock, limits: limits, faults: faults, observe: observe)
        do {
            let value = try await body(database)
            await database.close()
            return value
        } catch {
            await database.close()
            throw error
        }
    }
}

/// A schema on the server that `deploy/with-postgres` has started. It is deleted with the server.
private final class PostgreSQLSchema: Sendable {
    private static let count = Atomic<Int>(0)

    struct Unavailable: Error, CustomStringConvertible {
        let description: String
    }

    let url: String
    private let authority: String

    convenience init() throws {
        guard let server = getenv("ONSALE_TEST_POSTGRES") else {
            throw Unavailable(
                description: "these tests need PostgreSQL: run deploy/test, or deploy/with-postgres swift test …")
        }
        try self.init(on: String(cString: server))
    }

    init(on url: String) throws {
        let name = "test_\(getpid())_\(Self.count.wrappingAdd(1, ordering: .relaxed).newValue)"
        // deploy/with-postgres writes: postgres://USER@HOST:PORT/DATABASE
        authority = url.split(separator: "@").last?.split(separator: "/").first.map(String.init) ?? ""
        self.url = url + (url.contains("?") ? "&" : "?") + "options=-csearch_path%3D\(name)"
        try Self.run("create schema \(name)", on: url)
    }

    var server: Address {
        get throws {
            guard let address = Address(authority) else {
                throw Unavailable(description: "\(url) has no host and port")
            }
            return address
        }
    }

    func url(through proxy: Address) -> String {
        url.replacing(authority, with: "\(proxy)") + "&sslmode=disable&gssencmode=disable"
    }

    private static func run(_ sql: String, on server: String) throws {
        let connection = PQconnectdb(server)
        defer { PQfinish(connection) }
        PQexec(connection, "set client_min_messages = warning").map(PQclear)
        let result = PQexec(connection, sql)
        defer { PQclear(result) }
        guard PQresultStatus(result) == PGRES_COMMAND_OK else {
            throw Unavailable(description: "\(sql): \(String(cString: PQerrorMessage(connection)))")
        }
    }
}
