import Identity
import Kernel
import LineLog
import QueueAPI
import RPC
import TestSupport
import Testing
import Threads

/// An auditor of the line of a crowd, who keeps each checkpoint and compares all of them with the whole log.
struct LineWatch: Sendable {
    private static let pause = Duration.milliseconds(50)

    private let client: Client
    private let keys: KeyFile
    private let room: RoomID
    private let seen = Recorder<String>()

    init(_ programs: Programs, of room: RoomID, on loops: Loops) {
        client = Client(to: [programs.address(of: .queue)], on: loops)
        keys = programs.keys
        self.room = room
    }

    /// Records the checkpoints until the task is cancelled.
    func watch() async {
        while !Task.isCancelled {
            if let shown = try? await show(), !shown.checkpoint.isEmpty, seen.all.last != shown.checkpoint {
                seen.add(shown.checkpoint)
            }
            try? await SystemClock().sleep(for: Self.pause)
        }
    }

    /// Compares the recorded checkpoints with the log that has all places. Returns their number.
    func check() async throws -> Int {
        let log = try await wholeLog()
        let checkpoints = try Set(seen.all).map { try LineCheckpoint(shown: $0) }
        for checkpoint in checkpoints {
            #expect(checkpoint.isSigned(by: LineKeys(keys).publicKeys))
            #expect(log.root(at: checkpoint.size) == checkpoint.root, "the checkpoint of \(checkpoint.size) places")
        }
        await client.shutdown()
        return checkpoints.count
    }

    private func wholeLog() async throws -> LineFile {
        let calls = QueueClient(client)
        let joined = try await calls.showRoom(ShowRoomRequest(roomID: room), options(.operator)).joinedCount
        for _ in 0..<(Patience.milliseconds / 50) {
            if let shown = try? await show(), shown.size == joined {
                // Nothing is signed in the first seconds after a failover, so this may be the first checkpoint since.
                seen.add(shown.checkpoint)
                let tiles = try await calls.listTiles(ListTilesRequest(roomID: room, size: shown.size), options(.alice))
                let hashes = tiles.tiles.flatMap { tile in
                    stride(from: 0, to: tile.count, by: 32).compactMap { SHA256Hash(bytes: tile[$0..<$0 + 32]) }
                }
                return try LineFile(LineFile.log(hashes, shown.checkpoint), named: "log")
            }
            try await SystemClock().sleep(for: Self.pause)
        }
        throw Patience.Over("no checkpoint has all \(joined) places")
    }

    private func show() async throws -> ShowCheckpointReply {
        try await QueueClient(client).showCheckpoint(ShowCheckpointRequest(roomID: room), options(.alice))
    }

    private func options(_ caller: TestCaller) -> CallOptions {
        CallOptions(timeout: .seconds(5), credential: caller.credential(keys))
    }
}
