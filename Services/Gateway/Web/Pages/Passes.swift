import ConcertAPI
import Journeys
import Kernel
import QueueAPI
import Threads

/// The latest passes of buyers who look at a map, so that a browser that asks every second renews a place once a minute.
///
/// Losing them costs a call. A pass is of no use without the credential of its user.
final class Passes: Sendable {
    private static let maximumKept = 10_000

    private struct Kept {
        let pass: [UInt8]
        let until: Timestamp
    }

    private let kept = Lock<[PlaceID: Kept]>([:])

    /// A valid pass of an active place. Throws `CallFailure` if the place has ended.
    func pass(of place: PlaceID, in room: RoomID, _ caller: ServiceCaller) async throws -> [UInt8] {
        let now = caller.clock.now
        if let found = kept.withLock({ $0[place] }), now < found.until { return found.pass }
        let reply = try await caller.call(QueueMethods.renew, RenewRequest(roomID: room, placeID: place))
        kept.withLock { kept in
            if kept.count >= Self.maximumKept { kept = kept.filter { now < $0.value.until } }
            if kept.count >= Self.maximumKept { kept.removeAll() }
            kept[place] = Kept(pass: reply.pass, until: now + reply.renewAfter)
        }
        return reply.pass
    }

    func forget(_ place: PlaceID) { kept.withLock { $0[place] = nil } }
}
