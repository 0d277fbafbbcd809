import Kernel
import QueueAPI
import RPC

enum Place {
    static let command = Command(
        "place", "Shows your place in a line: the latest one, or the one for a concert.",
        details: "Showing a place does not enter. With --wait the command waits for your turn, and enters.",
        calls: [.queue], caller: .user, operands: [Invocation.optionalTarget],
        flags: [Join.wait, CommonFlags.zone],
        examples: ["gateway place", "gateway place moon-tour --json", "gateway place --wait"],
        run: show)

    private static func show(_ run: Invocation) async throws(GatewayError) {
        let recorded = try run.recordedPlace(try run.arguments.value(Invocation.optionalTarget))
        let request = ShowPlaceRequest(roomID: recorded.room.bytes, placeID: recorded.place.bytes)
        var place = try await run.call(QueueMethods.showPlace, request).place ?? PlaceView()
        if run.arguments.isGiven(Join.wait) { place = try await run.waitAndEnter(place, recorded) }
        run.showPlace(place, recorded)
    }
}
