import Identity
import Kernel
import LineLog
import QueueAPI
import RPC

/// Gets the files with which anyone can check a waiting line.
package struct LineProofs: Sendable {
    /// The text of a file, and the public keys that the service shows.
    package struct File: Sendable {
        package let text: String
        package let keys: [String]
    }

    /// A service that starts reads its lines for some seconds.
    private static let maximumTries = 20
    private static let usualPause = Duration.seconds(1)

    private let caller: ServiceCaller

    package init(_ caller: ServiceCaller) { self.caller = caller }

    /// Waits until a checkpoint contains the place.
    package func receipt(of place: RecentActivity.Place) async throws -> File {
        let request = ProvePlaceRequest(roomID: place.room, placeID: place.place)
        let receipt = try await retrying { try await caller.call(QueueMethods.provePlace, request).receipt }
        return File(text: receipt, keys: try await checkpoint(of: place.room).keys)
    }

    package func checkpoint(of room: RoomID, from size: Int = 0) async throws -> ShowCheckpointReply {
        let request = ShowCheckpointRequest(roomID: room, fromSize: Int64(size))
        return try await retrying { try await caller.call(QueueMethods.showCheckpoint, request) }
    }

    /// The hashes of all places in a checkpoint.
    package func log(of room: RoomID) async throws -> File {
        let checkpoint = try await checkpoint(of: room)
        _ = try LineCheckpoint(shown: checkpoint.checkpoint)
        var (bytes, tileCount): ([UInt8], Int64) = ([], 0)
        while true {
            let page = try await caller.call(
                QueueMethods.listTiles,
                ListTilesRequest(roomID: room, size: checkpoint.size, firstTile: tileCount))
            bytes += page.tiles.joined()
            tileCount += Int64(page.tiles.count)
            guard page.hasMore, !page.tiles.isEmpty else { break }
        }
        let hashes = stride(from: 0, to: bytes.count, by: SHA256Hash.byteCount).lazy
            .compactMap { SHA256Hash(bytes: bytes[$0...].prefix(SHA256Hash.byteCount)) }
        return File(text: LineFile.log(hashes, checkpoint.checkpoint), keys: checkpoint.keys)
    }

    /// The proof that the line of a size is the beginning of the present one.
    package func consistency(of room: RoomID, from size: Int) async throws -> File {
        let reply = try await checkpoint(of: room, from: size)
        let hashes = reply.consistency.compactMap { SHA256Hash(bytes: $0) }
        let checkpoint = try LineCheckpoint(shown: reply.checkpoint)
        return File(text: try LineFile.consistency(from: size, hashes, checkpoint), keys: reply.keys)
    }

    /// What the site has signed about the draw of a room.
    package func draw(of room: RoomID) async throws -> String {
        try await retrying { try await caller.call(QueueMethods.showDraw, ShowDrawRequest(roomID: room)).record }
    }

    /// Draws the numbers of a room. Waits until a checkpoint has the list of participants. Nil: without a beacon.
    package func draw(_ room: RoomID, beacon: [UInt8]?) async throws -> Room {
        let request = DrawRoomRequest(roomID: room, beacon: beacon ?? [], withoutBeacon: beacon == nil)
        return try await retrying { try await caller.call(QueueMethods.drawRoom, request).room }
    }

    private func retrying<Value>(_ body: () async throws -> Value) async throws -> Value {
        for _ in 1..<Self.maximumTries {
            do { return try await body() } catch let failure as CallFailure
                where failure.isBecause(QueueReason.receiptNotYet)
            {
                try await caller.clock.sleep(for: failure.failure.retryAfter ?? Self.usualPause)
            }
        }
        return try await body()
    }
}
