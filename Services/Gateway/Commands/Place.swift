import Kernel
import QueueAPI
import RPC

enum Place {
    static let command = Command(
        "place", "Shows your place in a line: the one you took last, or the one for a concert.",
        details: "Looking never claims the turn. With --wait it goes on waiting, and goes in when the turn comes.",
        calls: [.queue], caller: .user, operands: [Invocation.optionalTarget],
        flags: [Join.wait, CommonFlags.zone],
        examples: ["gateway place", "gateway place moon-tour --json", "gateway place --wait"],
        run: show)

    private static func show(_ run: Invocation) async throws(GatewayError) {
        let remembered = try run.rememberedPlace(try run.arguments.value(Invocation.optionalTarget))
        let request = ShowPlaceRequest(roomID: remembered.room.bytes, placeID: remembered.place.bytes)
        var place = try await run.call(QueueMethods.showPlace, request).place ?? PlaceView()
        if run.arguments.isGiven(Join.wait) { place = try await run.comeIn(place, remembered) }
        run.showPlace(place, remembered)
    }
}
