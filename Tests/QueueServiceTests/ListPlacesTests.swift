import Kernel
import QueueAPI
import RPC
import TestSupport
import Testing

@Suite struct ListPlacesTests {
    struct Accepts {
        @Test(arguments: Engine.available)
        func `users see their own places in all rooms, newest first, page by page`(engine: Engine) async throws {
            try await Waiting.with(engine) { waiting in
                let other = try await waiting.create("other").roomID
                _ = try await waiting.admin.openRoom(OpenRoomRequest(roomID: other))
                try await waiting.join(.bob, request: 9)
                var joined: [PlaceID] = []
                for number in 0..<5 {
                    waiting.service.clock.advance(by: .seconds(number == 2 ? 0 : 1))
                    let room = number.isMultiple(of: 2) ? waiting.room : other
                    let client = waiting.client(of: .alice)
                    let options = CallOptions(requestID: .numbered(UInt64(10 + number)))
                    let place = try await client.join(JoinRequest(roomID: room), options).place
                    joined.append(place.placeID)
                    _ = try await client.leave(LeaveRequest(roomID: room, placeID: place.placeID))
                }
                var listed: [QueueAPI.Place] = []
                var request = ListPlacesRequest(pageSize: 2)
                while true {
                    let page = try await waiting.client(of: .alice).listPlaces(request)
                    listed += page.places
                    guard page.hasMore, let last = page.places.last else { break }
                    request.after = PlaceKey(roomID: last.roomID, placeID: last.placeID)
                }
                #expect(Set(listed.map(\.placeID)) == Set(joined) && listed.count == 5)
                let times = listed.compactMap(\.joinedAt)
                #expect(times == times.sorted(by: >))
                #expect(listed.allSatisfy { $0.state == .left && $0.endedAt != nil && $0.userID == .alice })
            }
        }

        @Test(arguments: Engine.available)
        func `a place carries the times of its steps`(engine: Engine) async throws {
            try await Waiting.with(engine) { waiting in
                let noon = Timestamp.noon
                waiting.service.clock.advance(by: .seconds(1))
                let alice = try await waiting.join(.alice, request: 10)
                let bob = try await waiting.join(.bob, request: 11)
                waiting.service.clock.advance(by: .seconds(1))
                _ = try await waiting.renew(.alice, alice)
                waiting.service.clock.advance(by: .seconds(1))
                let renewed = try await waiting.renew(.alice, alice).place
                #expect(renewed.joinedAt == noon + .seconds(1) && renewed.admittedAt == noon + .seconds(1))
                #expect(renewed.claimedAt == noon + .seconds(2) && renewed.renewedAt == noon + .seconds(3))
                #expect(renewed.endsAt == noon + .seconds(2) + .minutes(15) && renewed.endedAt == nil)
                #expect(bob.joinedAt == noon + .seconds(1) && bob.admittedAt == nil && bob.claimedAt == nil)
                _ = try await waiting.revoke(renewed, because: "test")
                let ended = try await waiting.client(of: .alice).listPlaces(ListPlacesRequest()).places
                #expect(ended.map(\.endedAt) == [noon + .seconds(3)] && ended.map(\.reason) == ["test"])
            }
        }
    }

    struct Refuses {
        @Test(arguments: Engine.available)
        func `a page of 101, and a page after a place of another user`(engine: Engine) async throws {
            try await Waiting.with(engine) { waiting in
                let place = try await waiting.join(.alice, request: 10)
                let bob = waiting.client(of: .bob)
                try await refused("INVALID_FIELD") { _ = try await bob.listPlaces(ListPlacesRequest(pageSize: 101)) }
                let key = PlaceKey(roomID: waiting.room, placeID: place.placeID)
                try await refused("PLACE_UNKNOWN") { _ = try await bob.listPlaces(ListPlacesRequest(after: key)) }
            }
        }
    }

    struct Races {
        @Test(arguments: Engine.available)
        func `a place is listed after its join was answered`(engine: Engine) async throws {
            try await Waiting.with(engine) { waiting in
                let calls = waiting.client(of: .alice)
                async let join = waiting.join(.alice, request: 10)
                _ = try await calls.listPlaces(ListPlacesRequest())
                let place = try await join
                #expect(try await calls.listPlaces(ListPlacesRequest()).places.map(\.placeID) == [place.placeID])
            }
        }
    }
}
