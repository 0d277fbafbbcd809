import Kernel
import LineLog
import QueueAPI
import RPC
import TestSupport
import Testing

@Suite struct ProvePlaceTests {
    struct Accepts {
        @Test(arguments: Engine.available) func `a receipt proves number, state and admissions`(
            engine: Engine
        ) async throws {
            try await Waiting.with(engine, arguments: ["--site", "tickets.example.com"]) { waiting in
                var places: [QueueAPI.Place] = []
                for user in 0..<5 { places.append(try await waiting.join(.user(user), request: UInt64(10 + user))) }
                try await waiting.log()
                for (user, place) in places.enumerated() {
                    let receipt = try await waiting.receipt(.user(user), place)
                    let audit = try LineAudit(receipt, publicKeys: waiting.linePublicKeys)
                    let proven = try #require(audit.receipts.first)
                    #expect(proven.leaf.number == place.serial && proven.leaf.joinedAt == place.joinedAt)
                    #expect(proven.statement.state == (user == 0 ? .admitted : .waiting))
                    #expect(receipt.checkpoint.size == 5 && receipt.checkpoint.admitted == 1)
                    #expect(receipt.checkpoint.origin.text == "tickets.example.com/line/\(waiting.room)")
                }
            }
        }

        @Test(arguments: Engine.available) func `a later receipt agrees with an earlier one`(
            engine: Engine
        ) async throws {
            try await Waiting.with(engine) { waiting in
                _ = try await waiting.join(.alice, request: 10)
                let bob = try await waiting.join(.bob, request: 11)
                try await waiting.log()
                let early = try await waiting.receipt(.bob, bob)
                for user in 0..<7 { _ = try await waiting.join(.user(user), request: UInt64(20 + user)) }
                _ = try await waiting.leave(.bob, bob)
                try await waiting.log()
                let late = try await waiting.receipt(.bob, bob)
                let audit = try LineAudit(early, late, publicKeys: waiting.linePublicKeys)
                #expect(audit.samePlaceCount == 2 && audit.receipts.map(\.statement.state) == [.waiting, .ended])
            }
        }
    }

    struct Refuses {
        @Test(arguments: Engine.available) func `a place that no checkpoint contains is refused with a time`(
            engine: Engine
        ) async throws {
            try await Waiting.with(engine) { waiting in
                let alice = try await waiting.join(.alice, request: 10)
                let early = await #expect(throws: RPCFailure.self) { try await waiting.receipt(.alice, alice) }
                #expect(early?.reason == "RECEIPT_NOT_YET" && early?.retryAfter == .seconds(1))
                try await waiting.log()
                _ = try await waiting.receipt(.alice, alice)
                let bob = try await waiting.join(.bob, request: 11)
                try await refused("RECEIPT_NOT_YET") { _ = try await waiting.receipt(.bob, bob) }
            }
        }

        @Test(arguments: Engine.available) func `the place of another user is refused`(engine: Engine) async throws {
            try await Waiting.with(engine) { waiting in
                let alice = try await waiting.join(.alice, request: 10)
                try await waiting.log()
                try await refused("PLACE_UNKNOWN") { _ = try await waiting.receipt(.bob, alice) }
            }
        }
    }
}
