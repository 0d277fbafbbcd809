import Kernel
import QueueAPI
import RPC
import TestSupport
import Testing

@Suite struct FindPlacesTests {
    struct Accepts {
        @Test(arguments: Engine.available)
        func `operators see the places of a room by serial, page by page`(engine: Engine) async throws {
            try await Waiting.with(engine) { waiting in
                for number in 1...5 { try await waiting.join(.user(number), request: UInt64(10 + number)) }
                let calls = waiting.client(of: .operator(with: .read))
                var serials: [Int64] = []
                var request = FindPlacesRequest(roomID: waiting.room, pageSize: 2)
                while true {
                    let page = try await calls.findPlaces(request)
                    serials += page.places.map(\.serial)
                    guard page.hasMore, let last = page.places.last else { break }
                    request.after = PlaceKey(roomID: last.roomID, placeID: last.placeID)
                }
                #expect(serials == [1, 2, 3, 4, 5])
                let first = try await calls.findPlaces(FindPlacesRequest(roomID: waiting.room)).places
                #expect(first.map(\.userID) == (1...5).map { TestCaller.user($0).user })
            }
        }

        @Test(arguments: Engine.available)
        func `operators see the places of a user in all rooms`(engine: Engine) async throws {
            try await Waiting.with(engine) { waiting in
                let place = try await waiting.join(.alice, request: 10)
                try await waiting.join(.bob, request: 11)
                let found = try await waiting.admin.findPlaces(FindPlacesRequest(userID: .alice))
                #expect(found.places.map(\.placeID) == [place.placeID] && !found.hasMore)
                #expect(try await waiting.admin.findPlaces(FindPlacesRequest(userID: .unknown)).places.isEmpty)
            }
        }
    }

    struct Refuses {
        @Test(arguments: Engine.available)
        func `neither or both of room and user, an unknown room, and a page of 101`(engine: Engine) async throws {
            try await Waiting.with(engine) { waiting in
                for request in [
                    FindPlacesRequest(), FindPlacesRequest(roomID: waiting.room, userID: .alice),
                    FindPlacesRequest(roomID: waiting.room, pageSize: 101),
                ] { try await refused("INVALID_FIELD") { _ = try await waiting.admin.findPlaces(request) } }
                try await refused("ROOM_UNKNOWN") {
                    _ = try await waiting.admin.findPlaces(FindPlacesRequest(roomID: .unknown))
                }
            }
        }
    }
}
