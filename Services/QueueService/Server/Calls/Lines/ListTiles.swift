import Identity
import Kernel
import LineLog
import QueueAPI
import QueueDomain
import RPC

extension QueueServer {
    private static let usualTileCount = 50

    func listTiles(_ request: ListTilesRequest, call: Call) async throws -> ListTilesReply {
        guard let log = try await lineLog(of: request.roomID, call) else { return ListTilesReply() }
        let count = request.pageSize == 0 ? Self.usualTileCount : Int(request.pageSize)
        return try log.read { tree, checkpoint in
            guard request.size >= 0, request.size <= checkpoint.size else {
                throw QueueRefusal.invalid("size", "must be from 0 to \(checkpoint.size), the size of the checkpoint")
            }
            let size = request.size == 0 ? checkpoint.size : Int(request.size)
            guard request.firstTile >= 0, request.firstTile <= checkpoint.size else {
                throw QueueRefusal.invalid("first_tile", "must be from 0 to the number of the last tile")
            }
            let numbers = Int(request.firstTile)...Int(request.firstTile) + count
            let tiles = numbers.map { tree.tile(Int(request.level), $0, at: size) }.prefix { !$0.isEmpty }
            return ListTilesReply(tiles: Array(tiles.prefix(count)), hasMore: tiles.count > count)
        }
    }
}
