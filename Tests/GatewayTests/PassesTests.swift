import Journeys
import Kernel
import QueueAPI
import RPC
import TestSupport
import Testing

@testable import Gateway

/// `gateway place --wait` with a queue service that does not renew the pass.
struct PassesTests {
    private static let recorded = RecentActivity.Place(
        room: RoomID(high: 1, low: 1), place: PlaceID(high: 1, low: 2), target: "moon-tour")

    /// The result of the command for an admitted place, and the places that are recorded after it.
    private func waitAndEnter(_ failure: RPCFailure) async throws -> (
        result: CommandResult, places: [RecentActivity.Place]
    ) {
        let queue = [
            Route(QueueMethods.showPlace) { request, _ in
                ShowPlaceReply(place: Place(roomID: request.roomID, placeID: request.placeID, state: .admitted))
            },
            Route(QueueMethods.renew) { _, _ in throw failure },
        ]
        var outcome: (result: CommandResult, places: [RecentActivity.Place])?
        try await StubServices.with(queue: queue) { services in
            try services.updateActivity { $0.add(Self.recorded) }
            outcome = (await services.gateway("place --wait"), try services.activity.places)
        }
        return try #require(outcome)
    }

    @Test func `a place stays recorded while the queue service is unavailable`() async throws {
        let outcome = try await waitAndEnter(RPCFailure(.unavailable, "DATABASE_UNAVAILABLE", "no disk"))
        #expect(outcome.result.exit == .unavailable, "\(outcome.result)")
        #expect(outcome.places == [Self.recorded])
    }

    @Test func `a place that is not admitted stays recorded`() async throws {
        let outcome = try await waitAndEnter(RPCFailure(.failedPrecondition, "NOT_ADMITTED", "wait for your turn"))
        #expect(outcome.result.exit == .refused, "\(outcome.result)")
        #expect(outcome.places == [Self.recorded])
    }

    @Test(arguments: [
        "PLACE_UNKNOWN", "PLACE_FINISHED", "PLACE_LEFT", "PLACE_LAPSED", "PLACE_REVOKED", "ROOM_UNKNOWN",
    ])
    func `a place that has ended is no longer recorded`(reason: String) async throws {
        let outcome = try await waitAndEnter(RPCFailure(.failedPrecondition, reason, "the place has ended"))
        #expect(outcome.result.exit == .refused, "\(outcome.result)")
        #expect(outcome.places.isEmpty)
    }
}
