import Glibc
import Identity
import Kernel
import QueueAPI
import RPC
import TestSupport

/// The environment of an operator: a folder, a database, keys, and the programs on the PATH.
final class Site: Sendable {
    struct Unavailable: Error {}

    /// A running QueueService.
    struct Running: Sendable {
        let process: ServiceProcess
        let client: Client
        private let loops: Loops

        init(_ process: ServiceProcess) {
            self.process = process
            loops = Loops(count: 1)
            client = Client(to: [process.address], on: loops)
        }

        func stop() async throws {
            await client.shutdown()
            loops.stop()
            try await process.kill(after: 0)
        }
    }

    let url: String
    let folder: String
    let keys: String
    private let credentials: KeyFile
    private let temporary: TemporaryFolder
    private let engine: Engine

    private init(_ temporary: TemporaryFolder, _ engine: Engine) throws {
        self.temporary = temporary
        self.engine = engine
        folder = temporary.path + "/site"
        mkdir(folder, 0o700)
        keys = folder + "/keys"
        credentials = try KeyFile.create(at: keys)
        url = try Self.database(engine, in: temporary.path, "queue")
    }

    deinit {
        _ = Command.run("rm", "-rf", folder, "\(temporary.path)/db")
    }

    static func make(on engine: Engine) async throws -> Site {
        try await onThread { try Site(TemporaryFolder(), engine) }
    }

    /// Returns the URL of a new, empty database.
    func emptyURL() async throws -> String {
        try await onThread { [engine, temporary] in try Self.database(engine, in: temporary.path, "again") }
    }

    private static func database(_ engine: Engine, in folder: String, _ name: String) throws -> String {
        guard engine == .postgreSQL else {
            mkdir(folder + "/db", 0o700)
            return "sqlite://\(folder)/db/\(name).db"
        }
        guard let server = getenv("ONSALE_TEST_POSTGRES").map({ String(cString: $0) }),
            let slash = server.lastIndex(of: "/")
        else { throw Unavailable() }
        let unique = "site_\(folder.split(separator: "-").last!.lowercased())_\(name)"
        guard Command.run("psql", "-q", "-c", "create database \(unique)", server).status == 0 else {
            throw Unavailable()
        }
        return server[...slash] + unique
    }

    func start(on url: String, keys: String? = nil) async throws -> Running {
        Running(try await ServiceProcess.start("QueueService", at: url, keys: keys ?? self.keys))
    }

    func openRoom(_ calls: QueueClient) async throws -> RoomID {
        let options = CallOptions(requestID: .numbered(1), credential: TestCaller.operator.credential(credentials))
        let room = try await calls.createRoom(CreateRoomRequest(name: "sale"), options).room.roomID
        _ = try await calls.openRoom(
            OpenRoomRequest(roomID: room), CallOptions(credential: TestCaller.operator.credential(credentials)))
        return room
    }

    func join(
        _ calls: QueueClient, _ room: RoomID, _ user: Int, timeout: Duration = .seconds(20)
    ) async throws -> Place {
        let options = CallOptions(
            timeout: timeout, requestID: .numbered(UInt64(1000 + user)),
            credential: TestCaller.user(user).credential(credentials))
        return try await calls.join(JoinRequest(roomID: room), options).place
    }

    /// Runs a command of `deploy` with the built programs on the PATH.
    func run(_ command: String...) async throws -> Command.Outcome { try await run(command) }

    func run(_ command: [String]) async throws -> Command.Outcome {
        let programs = ChildProcess.path(of: "")
        let path = "PATH=\(programs):\(String(cString: getenv("PATH")))"
        return try await onThread { [folder] in
            Command.run(
                ["env", path, "\(Repository.folder)/deploy/\(command[0])"] + command.dropFirst(), in: folder)
        }
    }
}
