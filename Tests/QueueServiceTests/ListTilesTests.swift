import Kernel
import LineLog
import QueueAPI
import RPC
import TestSupport
import Testing

@Suite struct ListTilesTests {
    struct Accepts {
        @Test(arguments: Engine.available) func `the tiles are the whole line`(engine: Engine) async throws {
            try await Waiting.with(engine) { waiting in
                var places: [QueueAPI.Place] = []
                for user in 0..<300 { places.append(try await waiting.join(.user(user), request: UInt64(10 + user))) }
                try await waiting.log()
                let log = try await waiting.wholeLog()
                let receipt = try await waiting.receipt(.user(270), places[270])
                #expect(try LineAudit(receipt, log, publicKeys: waiting.linePublicKeys).samePlaceCount == 300)
                func tiles(_ level: UInt32, from first: Int64, _ size: UInt32) async throws -> ListTilesReply {
                    let request = ListTilesRequest(roomID: waiting.room, level: level, firstTile: first, pageSize: size)
                    return try await waiting.client(of: .bob).listTiles(request)
                }
                let first = try await tiles(0, from: 0, 1)
                #expect(first.tiles.map(\.count) == [256 * 32] && first.hasMore)
                let second = try await tiles(0, from: 1, 1)
                #expect(second.tiles.map(\.count) == [44 * 32] && !second.hasMore)
                #expect(try await tiles(1, from: 0, 1).tiles.map(\.count) == [32])
                #expect(try await tiles(2, from: 0, 1).tiles.isEmpty)
            }
        }
    }

    struct Refuses {
        @Test(arguments: Engine.available) func `a size of the future and a negative tile are refused`(
            engine: Engine
        ) async throws {
            try await Waiting.with(engine) { waiting in
                _ = try await waiting.join(.alice, request: 10)
                try await waiting.log()
                for request in [
                    ListTilesRequest(roomID: waiting.room, size: 2),
                    ListTilesRequest(roomID: waiting.room, firstTile: -1),
                ] {
                    try await refused("INVALID_FIELD") { _ = try await waiting.client(of: .alice).listTiles(request) }
                }
            }
        }
    }
}
