import Database
import Identity
import Kernel
import QueueAPI
import QueueDomain
import RPC
import Service

extension QueueServer {
    /// Lifetime of a pass, and so the longest a revoked place stays usable.
    static let passLife = Duration.minutes(2)

    func renew(_ request: RenewRequest, call: Call) async throws -> RenewReply {
        let roomID = try RoomID(field: "room_id", request.roomID)
        let placeID = try PlaceID(field: "place_id", request.placeID)
        let user = try call.user
        defer { lines.markChanged(roomID) }
        let (room, place, now) = try await database.transaction(before: call.deadline) { tx in
            try Self.renew(placeID, of: user, in: roomID, tx)
        }
        // The time of a transaction never goes back; the lifetime of a pass begins at the time it is now.
        let start = min(now, clock.now)
        let expiry = min(start + Self.passLife, place.endsAt ?? start)
        let pass = passes.sign(Pass(room: roomID, place: placeID, user: user, expiry: expiry))
        let soonest = min(expiry, place.lapsesAt ?? start)
        return RenewReply(
            place: PlaceView(Outlook(place, in: room, at: now)), pass: pass,
            passExpiresAt: expiry.milliseconds, renewAfterMs: UInt32(clamping: ((soonest - start) / 2).milliseconds))
    }

    private static func renew(
        _ id: PlaceID, of user: UserID, in roomID: RoomID, _ tx: Transaction
    ) throws -> (Room, Place, Timestamp) {
        var place = try PlaceTable.require(id, of: user, in: roomID, tx)
        var room = try RoomTable.require(roomID, tx)
        let isSettled = !place.isDue(at: tx.now) && !room.needsCatchingUp(at: tx.now)
        // A waiting or ended place is refused, and a renewal changes one row. Neither locks the room.
        if !place.holdsSlot || (place.state == .active && isSettled) {
            try room.claim(&place, now: tx.now)
            try PlaceTable.renew(place, in: roomID, tx)
            return (room, place, tx.now)
        }
        room = try RoomTable.lock(roomID, tx)
        // Shift deadlines first: time in which the service was down does not count against users.
        if !isSettled { _ = try Settlement.run(in: &room, tx) }
        place = try PlaceTable.require(id, of: user, in: roomID, tx)
        try room.claim(&place, now: tx.now)
        try PlaceTable.save(place, in: roomID, tx)
        try RoomTable.save(room, tx)
        return (room, place, tx.now)
    }
}
