import Identity
import Kernel
import QueueAPI
import QueueDomain
import RPC
import Service

extension QueueServer {
    /// Lifetime of a pass, and so the maximum time that a revoked place stays usable.
    static let passLifetime = Duration.minutes(2)

    func renew(_ request: RenewRequest, call: Call) async throws -> RenewReply {
        let (roomID, placeID) = (request.roomID, request.placeID)
        let user = try call.user
        let waiting = RenewBatch.Request(place: placeID, user: user, deadline: call.deadline)
        let (batch, index) = try await renewals.outcome(of: waiting, in: roomID)
        let (room, place, now) = (batch.room, try batch.place(index), batch.time)
        let start = min(now, clock.now)
        let (pass, expiry) = pass(for: place, in: roomID, until: place.endsAt ?? start, now: now)
        let soonest = min(expiry, place.lapsesAt ?? start)
        return RenewReply(
            place: .init(room.outlook(of: place, at: now)), pass: pass, passExpiresAt: expiry,
            renewAfter: (soonest - start) / 2)
    }
}
