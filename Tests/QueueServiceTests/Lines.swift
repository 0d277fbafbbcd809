import Database
import Identity
import Kernel
import LineLog
import QueueAPI
import RPC
import TestSupport
import Testing

extension Waiting {
    /// Logs the line as each instance does after a second.
    func log() async throws {
        service.clock.advance(by: .seconds(1))
        try await service.run("checkpoints")
    }

    func receipt(_ caller: TestCaller, _ place: QueueAPI.Place, instance: Int = 0) async throws -> LineFile {
        let request = ProvePlaceRequest(roomID: room, placeID: place.placeID)
        return try LineFile(
            try await client(of: caller, instance: instance).provePlace(request).receipt, named: "receipt")
    }

    func checkpoint(from size: Int64 = 0, instance: Int = 0) async throws -> ShowCheckpointReply {
        let request = ShowCheckpointRequest(roomID: room, fromSize: size)
        return try await client(of: .alice, instance: instance).showCheckpoint(request)
    }

    /// The whole log, from the tiles of the service.
    func wholeLog(instance: Int = 0) async throws -> LineFile {
        let checkpoint = try await checkpoint(instance: instance)
        let request = ListTilesRequest(roomID: room, size: checkpoint.size)
        let tiles = try await client(of: .alice, instance: instance).listTiles(request).tiles
        let hashes = tiles.flatMap { tile in
            stride(from: 0, to: tile.count, by: 32).compactMap { SHA256Hash(bytes: tile[$0..<$0 + 32]) }
        }
        return try LineFile(LineFile.log(hashes, checkpoint.checkpoint), named: "log")
    }

    var linePublicKeys: [[UInt8]] { LineKeys(service.keys).publicKeys }

    /// Deletes the last places and their checkpoints, as the restore of an old backup does.
    func restore(to size: Int64) async throws {
        try await service.instances[0].database.transaction { [room] tx in
            try tx.execute("delete from place where room_id = $1 and serial > $2") { $0.bind(room, size) }
            try tx.execute("delete from line_checkpoint where room_id = $1 and size > $2") { $0.bind(room, size) }
            try tx.execute("update room set last_serial = $2, waiting = $2 where room_id = $1") { $0.bind(room, size) }
        }
    }

    /// The sizes of the stored checkpoints.
    func checkpointSizes() async throws -> [Int64] {
        try await service.instances[0].database.read { [room] reader in
            try reader.rows("select size from line_checkpoint where room_id = $1 order by size", { $0.bind(room) }) {
                row in
                try row.int64(0)
            }
        }
    }
}
