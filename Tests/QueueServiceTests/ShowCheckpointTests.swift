import Identity
import Kernel
import LineLog
import QueueAPI
import RPC
import TestSupport
import Testing

@Suite struct ShowCheckpointTests {
    struct Accepts {
        @Test(arguments: Engine.available) func `everybody sees the signed checkpoint and its keys`(
            engine: Engine
        ) async throws {
            try await Waiting.with(engine) { waiting in
                for user in 0..<3 { _ = try await waiting.join(.user(user), request: UInt64(10 + user)) }
                try await waiting.log()
                let request = ShowCheckpointRequest(roomID: waiting.room)
                let shown = try await QueueClient(waiting.service.client(of: nil)).showCheckpoint(request)
                let checkpoint = try #require(LineCheckpoint(shown.checkpoint))
                #expect(shown.size == 3 && checkpoint.size == 3 && shown.consistency.isEmpty)
                #expect(checkpoint.isSigned(by: shown.keys.compactMap { SignedNote.publicKey(from: $0) }))
            }
        }

        @Test(arguments: Engine.available) func `a line that nobody has joined shows its keys only`(
            engine: Engine
        ) async throws {
            try await Waiting.with(engine) { waiting in
                let shown = try await waiting.checkpoint()
                #expect(shown.size == 0 && shown.checkpoint.isEmpty && shown.keys.count == 1)
                try await refused("INVALID_FIELD") { _ = try await waiting.checkpoint(from: 1) }
                let tiles = try await waiting.client(of: .alice).listTiles(ListTilesRequest(roomID: waiting.room))
                #expect(tiles.tiles.isEmpty && !tiles.hasMore)
            }
        }

        @Test(arguments: Engine.available) func `a later checkpoint proves each earlier size`(
            engine: Engine
        ) async throws {
            try await Waiting.with(engine) { waiting in
                for user in 0..<5 { _ = try await waiting.join(.user(user), request: UInt64(10 + user)) }
                try await waiting.log()
                let early = try await waiting.wholeLog()
                for user in 5..<9 { _ = try await waiting.join(.user(user), request: UInt64(10 + user)) }
                try await waiting.log()
                let reply = try await waiting.checkpoint(from: 5)
                let proof = try LineFile(
                    LineFile.consistency(
                        from: 5, reply.consistency.compactMap { .init(bytes: $0) },
                        LineCheckpoint(shown: reply.checkpoint)),
                    named: "proof")
                #expect(try LineAudit(early, proof, publicKeys: waiting.linePublicKeys).samePlaceCount == 5)
            }
        }
    }

    struct Refuses {
        @Test(arguments: Engine.available) func `an unknown room and a size of the future are refused`(
            engine: Engine
        ) async throws {
            try await Waiting.with(engine) { waiting in
                _ = try await waiting.join(.alice, request: 10)
                try await waiting.log()
                try await refused("INVALID_FIELD") { _ = try await waiting.checkpoint(from: 2) }
                try await refused("ROOM_UNKNOWN") {
                    _ = try await waiting.client(of: .alice).showCheckpoint(ShowCheckpointRequest(roomID: .unknown))
                }
            }
        }
    }
}
