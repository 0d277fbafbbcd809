import Kernel
import QueueAPI
import RPC

extension Invocation {
    /// A fresh pass of a room, for the place that is remembered there: renewed before each command that needs one. Empty
    /// where there is no room.
    func pass(of room: [UInt8], for target: String) async throws(GatewayError) -> [UInt8] {
        guard let room = RoomID(bytes: room), command.caller != .operator else { return [] }
        guard let place = try memory().places.last(where: { $0.room == room }) else {
            throw GatewayError(
                .refused, "there is a line for \(target), and you are not in it yet",
                advice: await joining(room, for: target), reason: "PASS_MISSING")
        }
        return try await enter(place).pass
    }

    /// Comes in, or stays in.
    func enter(_ place: Memory.Place) async throws(GatewayError) -> RenewReply {
        do throws(GatewayError) {
            return try await call(
                QueueMethods.renew, RenewRequest(roomID: place.room.bytes, placeID: place.place.bytes))
        } catch {
            guard Self.placeIsOver.contains(error.reason) else { throw error }
            try remember { $0.forgetPlace(in: place.room) }
            throw GatewayError(
                error.exit, error.what, advice: await joining(place.room, for: place.target),
                reason: error.reason)
        }
    }

    /// How to get a place; nobody is sent to a room that takes nobody any more.
    private func joining(_ room: RoomID, for target: String) async -> String {
        if let room = await self.room(room.bytes), room.state.takesNobody {
            return "Its waiting room is closed. \(Advice.closedRoom)"
        }
        return "For a place, type: gateway join \(target)"
    }

    private static let placeIsOver: Set = [
        "PLACE_NOT_FOUND", "PLACE_FINISHED", "PLACE_LEFT", "PLACE_LAPSED", "PLACE_REVOKED", "ROOM_NOT_FOUND",
    ]

    /// The place of a target that is remembered here, or of whatever was joined last.
    func rememberedPlace(_ target: Target?) throws(GatewayError) -> Memory.Place {
        let memory = try memory()
        guard let target else {
            if let last = memory.places.last { return last }
            throw .refused("no place is remembered here. To take one, or to see yours again: gateway join CONCERT")
        }
        let found = memory.places(for: target)
        if found.count > 1 {
            throw .usage(
                "you have several places for \(target.text). Say which: \(found.map(\.target).joined(separator: ", "))")
        }
        if let place = found.first { return place }
        throw .refused(
            "no place for \(target.text) is remembered here. If you have one, this shows it: gateway join \(target.text)"
        )
    }
}
