import Database
import Kernel
import QueueAPI
import QueueDomain
import RPC
import TestSupport
import Testing

@testable import QueueService

/// Claims share a transaction, and do not lock the room.
@Suite struct RenewBatchTests {
    @Test(arguments: Engine.available.filter { $0 == .postgreSQL })
    func `a claim is answered while the room is busy, and a step that has read the place before runs again`(
        engine: Engine
    ) async throws {
        try await Waiting.with(engine, instances: 2) { waiting in
            let alice = try await waiting.join(.alice, request: 10)
            let id = waiting.room
            let place = alice.placeID
            try await between(waiting.service.instances[0].database) { tx, stop in
                var room = try RoomTable.lock(id, tx)
                let was = try PlaceTable.require(place, of: .alice, in: id, tx)
                stop()
                var left = was
                room.leave(&left, now: tx.now)
                try PlaceTable.save(left, was: was.state, in: id, tx)
                try RoomTable.save(room, tx)
            } others: {
                let request = RenewRequest(roomID: waiting.room, placeID: alice.placeID)
                let reply = try await waiting.client(of: .alice, instance: 1).renew(request)
                #expect(reply.place.state == .active)
            }
            let history = try await waiting.admin.showHistory(
                ShowHistoryRequest(roomID: waiting.room, placeID: alice.placeID))
            #expect(history.events.map(\.state) == [.waiting, .admitted, .active, .left])
            #expect(try await waiting.join(.bob, request: 11).state == .admitted, "one slot is free")
        }
    }

    @Test(arguments: Engine.available)
    func `users who claim at once all get their pass, and the others their refusal`(engine: Engine) async throws {
        try await Waiting.with(engine, instances: engine.instances, limits: RoomLimits(activeLimit: 40)) {
            waiting in
            var places: [(TestCaller, QueueAPI.Place)] = []
            for number in 0..<50 {
                let caller = TestCaller.user(number)
                places.append((caller, try await waiting.join(caller, request: UInt64(100 + number))))
            }
            let reasons = await withTaskGroup(of: (Int, String?).self) { group in
                for (number, (caller, place)) in places.enumerated() {
                    let client = waiting.client(of: caller, instance: number % engine.instances)
                    group.addTask {
                        let request = RenewRequest(roomID: waiting.room, placeID: place.placeID)
                        do {
                            return (number, try await client.renew(request).place.state == .active ? nil : "")
                        } catch {
                            return (number, (error as? RPCFailure)?.reason)
                        }
                    }
                }
                return await group.reduce(into: [Int: String?]()) { $0[$1.0] = $1.1 }
            }
            for number in 0..<50 { #expect(reasons[number] == (number < 40 ? .some(nil) : "PLACE_WAITING")) }
            let shown = try await waiting.admin.showRoom(ShowRoomRequest(roomID: waiting.room))
            #expect(shown.activeCount == 40 && shown.waitingCount == 10)
        }
    }

    @Test(arguments: Engine.available)
    func `a renewal of a place that is due settles the room first`(engine: Engine) async throws {
        try await Waiting.with(engine) { waiting in
            let alice = try await waiting.join(.alice, request: 10)
            let bob = try await waiting.join(.bob, request: 11)
            _ = try await waiting.renew(.alice, alice)
            // Without a pause of more than five seconds, which would be an outage.
            try await waiting.pass(.seconds(299))
            waiting.service.clock.advance(by: .seconds(1))
            try await refused("PLACE_LAPSED") { _ = try await waiting.renew(.alice, alice) }
            let database = waiting.service.instances[0].database
            let room = waiting.room
            for (place, state) in [(alice, Place.State.lapsed), (bob, .admitted)] {
                let id = place.placeID
                #expect(try await database.read { try PlaceTable.find(id, in: room, $0) }?.state == state)
            }
        }
    }
}
