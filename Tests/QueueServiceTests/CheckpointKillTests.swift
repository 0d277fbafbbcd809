import Identity
import Kernel
import LineLog
import QueueAPI
import RPC
import TestSupport
import Testing

/// The real program, killed at any moment while it signs checkpoints: one on SQLite, two on PostgreSQL.
@Suite(.serialized) struct CheckpointKillTests {
    private static let kills = 4
    private static let users = 30

    @Test(arguments: [Engine.file, .postgreSQL])
    func `after kills under joins every published checkpoint is of the one line`(engine: Engine) async throws {
        let database = try await TestDatabase.make(on: engine)
        let keyPath = "\(database.folder.path)/keys"
        let keys = try KeyFile.create(at: keyPath)
        let loops = Loops(count: 1)
        defer { loops.stop() }
        let seen = Recorder<String>()
        var random = SeededGenerator(seed: 7)
        for run in 0..<Self.kills {
            var programs: [ServiceProcess] = []
            for _ in 0..<engine.instances {
                programs.append(try await .start("QueueService", on: database, keys: keyPath))
            }
            let clients = programs.map { Client(to: [$0.address], on: loops) }
            let room = try await Buyers(QueueClient(clients[0]), keys).open()
            await withTaskGroup(of: Void.self) { group in
                for (number, client) in clients.enumerated() {
                    let buyers = Buyers(QueueClient(client), keys)
                    group.addTask { await buyers.join(room, from: 1000 * run + 100 * number, count: Self.users) }
                    group.addTask { await buyers.watch(room, seen) }
                }
                for (program, client) in zip(programs, clients) {
                    let pause = UInt32.random(in: 0...2_500_000, using: &random)
                    group.addTask {
                        try? await program.kill(after: pause)
                        await client.shutdown()
                    }
                }
            }
        }
        let program = try await ServiceProcess.start("QueueService", on: database, keys: keyPath)
        let client = Client(to: [program.address], on: loops)
        let log = try await Buyers(QueueClient(client), keys).wholeLog()
        let checkpoints = try Set(seen.all).map { try LineCheckpoint(shown: $0) }
        #expect(!checkpoints.isEmpty)
        for checkpoint in checkpoints {
            #expect(checkpoint.isSigned(by: LineKeys(keys).publicKeys))
            #expect(log.root(at: checkpoint.size) == checkpoint.root, "the checkpoint of \(checkpoint.size) places")
        }
        try await program.kill(after: 0)
        await client.shutdown()
    }
}

private struct Buyers: Sendable {
    private let calls: QueueClient
    private let keys: KeyFile

    init(_ calls: QueueClient, _ keys: KeyFile) {
        self.calls = calls
        self.keys = keys
    }

    private func options(_ caller: TestCaller, _ number: UInt64 = 0) -> CallOptions {
        CallOptions(timeout: .seconds(20), requestID: .numbered(number), credential: caller.credential(keys))
    }

    func open() async throws -> RoomID {
        let request = CreateRoomRequest(name: "sale", limits: RoomLimits(activeLimit: 3))
        let room = try await calls.createRoom(request, options(.operator, 1)).room.roomID
        _ = try await calls.openRoom(OpenRoomRequest(roomID: room), options(.operator))
        return room
    }

    /// Joins until the program is gone.
    func join(_ room: RoomID, from first: Int, count: Int) async {
        for user in first..<first + count {
            let joining = options(.user(user), UInt64(100 + user))
            guard (try? await calls.join(JoinRequest(roomID: room), joining)) != nil else { return }
        }
    }

    /// Records each checkpoint until the program is gone.
    func watch(_ room: RoomID, _ seen: Recorder<String>) async {
        while true {
            do throws(RPCFailure) {
                let shown = try await calls.showCheckpoint(ShowCheckpointRequest(roomID: room), options(.alice))
                // It is empty until the first user has joined.
                if !shown.checkpoint.isEmpty, seen.all.last != shown.checkpoint { seen.add(shown.checkpoint) }
            } catch {
                guard error.isBecause(QueueReason.receiptNotYet) else { return }
            }
        }
    }

    /// The log with all places, once they are signed.
    func wholeLog() async throws -> LineFile {
        let room = try await open()
        let joined = try await calls.showRoom(ShowRoomRequest(roomID: room), options(.operator)).joinedCount
        while true {
            let request = ShowCheckpointRequest(roomID: room)
            guard let shown = try? await calls.showCheckpoint(request, options(.alice)), shown.size == joined else {
                continue
            }
            let tiles = try await calls.listTiles(ListTilesRequest(roomID: room, size: shown.size), options(.alice))
                .tiles
            let hashes = tiles.flatMap { tile in
                stride(from: 0, to: tile.count, by: 32).compactMap { SHA256Hash(bytes: tile[$0..<$0 + 32]) }
            }
            return try LineFile(LineFile.log(hashes, shown.checkpoint), named: "log")
        }
    }
}
