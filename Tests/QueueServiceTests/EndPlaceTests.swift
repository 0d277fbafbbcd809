import Database
import Kernel
import QueueAPI
import RPC
import TestSupport
import Testing

@testable import QueueService

@Suite struct EndPlaceTests {
    struct Accepts {
        @Test(arguments: Engine.available)
        func `a user who leaves the line is passed over, and the next one comes in`(engine: Engine) async throws {
            try await Waiting.with(engine) { waiting in
                let alice = try await waiting.join(.alice, request: 10)
                let bob = try await waiting.join(.bob, request: 11)
                let next = try await waiting.join(.user(1), request: 12)
                _ = try await waiting.leave(.bob, bob)
                _ = try await waiting.leave(.alice, alice)
                try await waiting.service.run("settlement")
                #expect(try await waiting.show(.bob, bob).state == .left)
                #expect(try await waiting.show(.user(1), next).state == .admitted)
            }
        }

        @Test(arguments: Engine.available)
        func `a finished pass frees the slot for the next user`(engine: Engine) async throws {
            try await Waiting.with(engine) { waiting in
                let alice = try await waiting.join(.alice, request: 10)
                let bob = try await waiting.join(.bob, request: 11)
                _ = try await waiting.renew(.alice, alice)
                #expect(try await waiting.finish(alice) == .finished)
                try await waiting.service.run("settlement")
                #expect(try await waiting.show(.bob, bob).state == .admitted)
                try await refused("PLACE_FINISHED") { _ = try await waiting.renew(.alice, alice) }
            }
        }

        @Test(arguments: Engine.available)
        func `a revoked place has its reason`(engine: Engine) async throws {
            try await Waiting.with(engine) { waiting in
                let alice = try await waiting.join(.alice, request: 10)
                #expect(try await waiting.revoke(alice, because: "bought for others") == .revoked)
                let shown = try await waiting.show(.alice, alice)
                #expect(shown.state == .revoked && shown.reason == "bought for others")
                try await refused("PLACE_REVOKED") { _ = try await waiting.renew(.alice, alice) }
            }
        }
    }

    struct Refuses {
        @Test(arguments: Engine.available)
        func `a place of another user or without a pass is refused, and so is a revocation without a reason`(
            engine: Engine
        ) async throws {
            try await Waiting.with(engine) { waiting in
                let alice = try await waiting.join(.alice, request: 10)
                try await refused("PLACE_UNKNOWN") { _ = try await waiting.leave(.bob, alice) }
                try await refused("PLACE_NOT_ACTIVE") { _ = try await waiting.finish(alice) }
                try await refused("INVALID_FIELD") { _ = try await waiting.revoke(alice, because: "") }
            }
        }

        @Test(arguments: Engine.available)
        func `an unknown place is refused`(engine: Engine) async throws {
            try await Waiting.with(engine) { waiting in
                var lost = try await waiting.join(.alice, request: 10)
                lost.placeID = .unknown
                try await refused("PLACE_UNKNOWN") { [lost] in _ = try await waiting.leave(.alice, lost) }
                try await refused("PLACE_UNKNOWN") { [lost] in _ = try await waiting.finish(lost) }
                try await refused("PLACE_UNKNOWN") { [lost] in _ = try await waiting.revoke(lost, because: "touts") }
            }
        }
    }

    struct Retries {
        @Test(arguments: Engine.available)
        func `an end that is repeated, or comes after another one, changes nothing`(engine: Engine) async throws {
            try await Waiting.with(engine) { waiting in
                let alice = try await waiting.join(.alice, request: 10)
                _ = try await waiting.renew(.alice, alice)
                for _ in 1...2 { #expect(try await waiting.finish(alice) == .finished) }
                #expect(try await waiting.revoke(alice, because: "touts") == .finished)
                for _ in 1...2 { #expect(try await waiting.leave(.alice, alice).state == .finished) }
            }
        }
    }

    struct Races {
        @Test(arguments: Engine.available) func `simultaneous duplicates of Leave free one slot`(engine: Engine)
            async throws
        {
            try await Waiting.with(engine) { waiting in
                let alice = try await waiting.join(.alice, request: 10)
                let bob = try await waiting.join(.bob, request: 11)
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for _ in 0..<8 { group.addTask { _ = try await waiting.leave(.alice, alice) } }
                    try await group.waitForAll()
                }
                try await waiting.service.run("settlement")
                #expect(try await waiting.show(.bob, bob).state == .admitted)
                #expect(try await waiting.join(.user(1), request: 12).state == .waiting, "one slot, not eight")
            }
        }

        @Test(arguments: Engine.available)
        func `simultaneous duplicates of FinishPass and RevokePlace end a place once`(engine: Engine) async throws {
            try await Waiting.with(engine, limits: RoomLimits(activeLimit: 2)) { waiting in
                let alice = try await waiting.join(.alice, request: 10)
                let bob = try await waiting.join(.bob, request: 11)
                _ = try await waiting.renew(.alice, alice)
                try await withThrowingTaskGroup(of: Bool.self) { group in
                    for _ in 0..<8 {
                        group.addTask { try await waiting.finish(alice) == .finished }
                        group.addTask { try await waiting.revoke(bob, because: "touts") == .revoked }
                    }
                    for try await isRight in group { #expect(isRight) }
                }
                let room = try await waiting.admin.showRoom(ShowRoomRequest(roomID: waiting.room))
                #expect(room.finishedCount == 1 && room.revokedCount == 1)
            }
        }

        @Test(arguments: Engine.available.filter { $0 != .memory })
        func `ends that arrive together share a transaction, and each has its own outcome`(engine: Engine) async throws
        {
            try await Waiting.with(engine, limits: RoomLimits(activeLimit: 4)) { waiting in
                var places: [QueueAPI.Place] = []
                for number in 0..<6 {
                    let place = try await waiting.join(.user(number), request: UInt64(100 + number))
                    if number < 3 { _ = try await waiting.renew(.user(number), place) }
                    places.append(place)
                }
                let room = waiting.room
                async let outcomes = withTaskGroup(of: (Int, String?).self) { [places] group in
                    for (number, place) in places.enumerated() {
                        group.addTask {
                            do { return (number, "\(try await waiting.finish(place))") } catch {
                                return (number, (error as? RPCFailure)?.reason)
                            }
                        }
                    }
                    return await group.reduce(into: [Int: String?]()) { $0[$1.0] = $1.1 }
                }
                try await between(waiting.service.instances[0].database) { tx, stop in
                    _ = try RoomTable.lock(room, tx)
                    stop()
                } others: {
                }
                let found = await outcomes
                for number in 0..<6 { #expect(found[number] == (number < 3 ? "finished" : "PLACE_NOT_ACTIVE")) }
                try await waiting.service.run("settlement")
                let shown = try await waiting.admin.showRoom(ShowRoomRequest(roomID: waiting.room))
                #expect(shown.finishedCount == 3 && shown.admittedCount == 3 && shown.waitingCount == 0)
            }
        }

        @Test func `two users who leave through two instances at once free two slots`() async throws {
            try await Waiting.with(.postgreSQL, instances: 2, limits: RoomLimits(activeLimit: 2)) { waiting in
                let places = try await [waiting.join(.alice, request: 10), waiting.join(.bob, request: 11)]
                for number in 1...3 { try await waiting.join(.user(number), request: UInt64(20 + number)) }
                let requests = places.map { LeaveRequest(roomID: waiting.room, placeID: $0.placeID) }
                try await HeldRows.with(waiting.service.instances[0].database) { tx in
                    try tx.execute("update room set revision = revision")
                } while: { rows in
                    async let first = waiting.client(of: .alice, instance: 0).leave(requests[0])
                    async let second = waiting.client(of: .bob, instance: 1).leave(requests[1])
                    try await rows.waiting(2)
                    rows.release()
                    _ = try await (first, second)
                }
                try await waiting.service.run("settlement")
                let shown = try await waiting.admin.showRoom(ShowRoomRequest(roomID: waiting.room))
                #expect(shown.leftCount == 2 && shown.admittedCount == 2 && shown.waitingCount == 1)
            }
        }
    }
}
