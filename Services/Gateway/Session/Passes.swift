import Kernel
import QueueAPI
import RPC

extension Invocation {
    /// A renewed pass for the recorded place in a room. Empty without a room, and for operators.
    func pass(of room: [UInt8], for target: String) async throws(GatewayError) -> [UInt8] {
        guard let room = RoomID(bytes: room), command.caller != .operator else { return [] }
        guard let place = try activity().places.last(where: { $0.room == room }) else {
            throw GatewayError(
                .refused, "\(target) has a waiting line, and you have no place in it",
                hint: await joinHint(room, for: target), reason: "PASS_MISSING")
        }
        return try await renew(place).pass
    }

    /// Activates an admitted place, or renews the pass of an active one. Drops the record of a place that has ended.
    func renew(_ place: RecentActivity.Place) async throws(GatewayError) -> RenewReply {
        do throws(GatewayError) {
            return try await call(
                QueueMethods.renew, RenewRequest(roomID: place.room.bytes, placeID: place.place.bytes))
        } catch {
            guard Self.placeHasEnded.contains(error.reason) else { throw error }
            try updateActivity { $0.removePlace(in: place.room) }
            throw GatewayError(
                error.exit, error.problem, hint: await joinHint(place.room, for: place.target),
                reason: error.reason)
        }
    }

    /// How to get a place, unless the room is closed to joins.
    private func joinHint(_ room: RoomID, for target: String) async -> String {
        if let room = await self.room(room.bytes), room.state.isClosedToJoins {
            return "Its waiting room is closed. \(Hint.closedRoom)"
        }
        return "To join the line, type: gateway join \(target)"
    }

    private static let placeHasEnded: Set = [
        "PLACE_NOT_FOUND", "PLACE_FINISHED", "PLACE_LEFT", "PLACE_LAPSED", "PLACE_REVOKED", "ROOM_NOT_FOUND",
    ]

    /// The recorded place for a target. Without a target, the place that was joined last.
    func recordedPlace(_ target: Target?) throws(GatewayError) -> RecentActivity.Place {
        let activity = try activity()
        guard let target else {
            if let last = activity.places.last { return last }
            throw .refused(
                "this machine has no record of a place in a line. To join, or to see your place: gateway join CONCERT")
        }
        let found = activity.places(for: target)
        if found.count > 1 {
            throw .usage(
                "you have \(found.count) places for \(target.text). Name one: "
                    + found.map(\.target).joined(separator: ", "))
        }
        if let place = found.first { return place }
        throw .refused(
            "this machine has no record of a place for \(target.text). To join, or to see your place: "
                + "gateway join \(target.text)")
    }
}
