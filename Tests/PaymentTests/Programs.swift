import Database
import Identity
import Kernel
import Service
import TestSupport
import Threads

/// The three services as processes. Each has its own database, which outlives it.
final class Programs: Sendable {
    enum Name: String, CaseIterable, Sendable {
        case queue = "QueueService"
        case concert = "ConcertService"
        case wallet = "WalletService"
    }

    /// More than one start, because another process may use the address for a moment.
    private static let maximumStarts = 5

    let keys: KeyFile
    private let folder = TemporaryFolder()
    private let urls: [Name: String]
    /// Keeps the databases while the programs run.
    private let databases: [TestDatabase]
    private let running = Lock<[Name: ServiceProcess]>([:])
    /// The logs of all processes, also of those that were killed.
    private let logs = Recorder<Recorder<String>>()
    private var keyPath: String { folder.path + "/keys" }

    private init(on urls: [Name: String], _ databases: [TestDatabase] = []) throws {
        self.urls = urls
        self.databases = databases
        keys = try KeyFile.create(at: folder.path + "/keys")
    }

    static func with(_ engine: Engine, _ body: (Programs) async throws -> Void) async throws {
        var databases: [Name: TestDatabase] = [:]
        for name in Name.allCases { databases[name] = try await .make(on: engine) }
        try await run(try Programs(on: databases.mapValues(\.url), Array(databases.values)), body)
    }

    /// Runs the services on one server. The schema of each must exist.
    static func with(
        server url: String, schemas: [Name: String], _ body: (Programs) async throws -> Void
    ) async throws {
        let urls = schemas.mapValues { "\(url)\(url.contains("?") ? "&" : "?")options=-csearch_path%3D\($0)" }
        try await run(try Programs(on: urls), body)
    }

    private static func run(_ programs: Programs, _ body: (Programs) async throws -> Void) async throws {
        do {
            for name in Name.allCases { try await programs.start(name, at: .loopback(0)) }
            try await body(programs)
        } catch {
            try await programs.kill(Name.allCases)
            throw error
        }
        try await programs.kill(Name.allCases)
    }

    func address(of name: Name) -> Address {
        guard let process = running.withLock({ $0[name] }) else {
            preconditionFailure("\(name.rawValue) was not started")
        }
        return process.address
    }

    func send(_ signal: CInt, to name: Name) { running.withLock { $0[name] }?.send(signal) }

    /// Kills several services at once, with SIGKILL.
    func kill(_ names: [Name]) async throws {
        let processes = running.withLock { running in names.compactMap { running[$0] } }
        try await withThrowingTaskGroup { group in
            for process in processes { group.addTask { try await process.kill(after: 0) } }
            try await group.waitForAll()
        }
    }

    /// Restarts services at their addresses on their databases.
    func restart(_ names: [Name]) async throws {
        for name in names { try await start(name, at: address(of: name)) }
    }

    private func start(_ name: Name, at address: Address) async throws {
        let arguments =
            name == .wallet
            ? [
                "--queue", "\(self.address(of: .queue))", "--concert", "\(self.address(of: .concert))",
                "--top-up-by", "user",
            ] : []
        for attempt in 1...Self.maximumStarts {
            do {
                let process = try await ServiceProcess.start(
                    name.rawValue, at: urls[name]!, keys: keyPath, address: address, arguments: arguments)
                logs.add(process.log)
                return running.withLock { $0[name] = process }
            } catch  where attempt < Self.maximumStarts {}
        }
    }

    /// The errors that the services have logged.
    var errors: [String] { logs.all.flatMap(\.all).filter { $0.contains("Z error ") } }

    /// Reads the database of a killed service.
    func inspect<Value: Sendable>(
        _ name: Name, _ context: ServiceContext, _ body: @escaping @Sendable (Reader) throws -> Value
    ) async throws -> Value {
        let url = urls[name]!
        let database = try await onThread {
            try Database(url: url, migrations: context.migrations, clock: SystemClock())
        }
        let value = try await database.scan(body)
        await database.close()
        return value
    }
}
