import Kernel
import QueueAPI
import RPC
import TestSupport
import Testing

@testable import Gateway

/// A pass that cannot be renewed.
struct PassKeeperTests {
    private static let remembered = Memory.Place(
        room: RoomID(high: 1, low: 1), place: PlaceID(high: 1, low: 2), target: "moon-tour")

    /// How `gateway place --wait` ends for a place whose turn has come, and which places are remembered then.
    private func comeIn(_ failure: RPCFailure) async throws -> (typed: Typed, places: [Memory.Place]) {
        let queue = [
            Route(QueueMethods.showPlace) { request, _ in
                ShowPlaceReply(place: PlaceView(roomID: request.roomID, placeID: request.placeID, state: .admitted))
            },
            Route(QueueMethods.renew) { _, _ in throw failure },
        ]
        var outcome: (typed: Typed, places: [Memory.Place])?
        try await Scripted.with(queue: queue) { services in
            try services.remember { $0.remember(Self.remembered) }
            outcome = (await services.gateway("place --wait"), try services.memory.places)
        }
        return try #require(outcome)
    }

    @Test func `a place is kept while the queue service is not available`() async throws {
        let outcome = try await comeIn(RPCFailure(.unavailable, "DATABASE_UNAVAILABLE", "no disk"))
        #expect(outcome.typed.exit == .unavailable, "\(outcome.typed)")
        #expect(outcome.places == [Self.remembered])
    }

    @Test func `a place that it is not the turn of is kept`() async throws {
        let outcome = try await comeIn(RPCFailure(.failedPrecondition, "NOT_ADMITTED", "wait for your turn"))
        #expect(outcome.typed.exit == .refused, "\(outcome.typed)")
        #expect(outcome.places == [Self.remembered])
    }

    @Test(arguments: [
        "PLACE_NOT_FOUND", "PLACE_FINISHED", "PLACE_LEFT", "PLACE_LAPSED", "PLACE_REVOKED", "ROOM_NOT_FOUND",
    ])
    func `a place that is over is forgotten`(reason: String) async throws {
        let outcome = try await comeIn(RPCFailure(.failedPrecondition, reason, "it is over"))
        #expect(outcome.typed.exit == .refused, "\(outcome.typed)")
        #expect(outcome.places.isEmpty)
    }
}
