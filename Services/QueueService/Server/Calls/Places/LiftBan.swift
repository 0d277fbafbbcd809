import Database
import Kernel
import QueueAPI
import QueueDomain
import RPC
import Service

/// Bans of users from a room. Joins and bans lock the room, so a user who joins meanwhile is either revoked or refused.
extension QueueServer {
    /// Revokes the place, or a later one of the same user, and bans the user. A repeated request changes nothing, also
    /// after the ban was lifted.
    func ban(_ request: RevokePlaceRequest, _ call: Call) async throws -> RevokePlaceReply {
        let id = try call.requestID
        defer { lines.markChanged(request.roomID) }
        return try await database.transaction(before: call.deadline) { tx in
            let old = try RoomTable.lock(request.roomID, tx)
            var room = old
            var place = try PlaceTable.require(request.placeID, of: nil, in: room.id, tx)
            let content = Fingerprint(["ban", "\(place.id)", request.reason])
            guard try RequestTable.insert(id, in: room.id, as: content, tx) else {
                return RevokePlaceReply(state: PlaceState(place.state))
            }
            let user = place.user
            if var live = place.isLive ? place : try PlaceTable.findLive(of: user, in: room.id, tx) {
                let before = live
                room.revoke(&live, because: request.reason, now: tx.now)
                try PlaceTable.save([live], were: [before], in: room.id, tx)
                if live.id == place.id { place = live }
            }
            if try BanTable.insert(user, in: room.id, because: request.reason, tx) { room.countBan(1) }
            if room != old {
                try RoomTable.save(room, tx)
                try ActionTable.append(call, tx)
            }
            return RevokePlaceReply(state: PlaceState(place.state))
        }
    }

    /// A repeated request changes nothing, also after a later ban.
    func liftBan(_ request: LiftBanRequest, call: Call) async throws -> LiftBanReply {
        let id = try call.requestID
        return try await database.transaction(before: call.deadline) { tx in
            var room = try RoomTable.lock(request.roomID, tx)
            let content = Fingerprint(["lift", "\(request.userID)"])
            guard try RequestTable.insert(id, in: room.id, as: content, tx) else { return LiftBanReply() }
            guard try BanTable.delete(request.userID, in: room.id, tx) else { return LiftBanReply() }
            room.countBan(-1)
            try RoomTable.save(room, tx)
            try ActionTable.append(call, tx)
            return LiftBanReply()
        }
    }
}
