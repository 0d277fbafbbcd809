import Kernel
import LineLog
import QueueDomain
import Threads

/// The places that this instance has just committed, so that the job `checkpoints` does not read each row again.
///
/// They prove nothing: a failover may have taken a transaction back. A transaction is stored as a whole or not at all, so the
/// job compares its last place with the row (`LineTable.leaves`). It reads the rows of all other places.
final class CommittedJoins: Sendable {
    /// Maximum of places of all rooms. Above it, all are forgotten, and the job reads their rows.
    static let maximumPlaces = 200_000

    private struct State {
        /// The leaves of each transaction, in the order of the commits.
        var batches: [RoomID: [[LineLeaf]]] = [:]
        var placeCount = 0
    }

    private let state = Lock(State())

    /// Adds the new places of a committed transaction, in the order of their numbers.
    func add(_ places: [Place], to room: RoomID) {
        if places.isEmpty { return }
        let leaves = places.map { LineLeaf(room: room, number: $0.serial, joinedAt: $0.joinedAt, place: $0.id) }
        state.withLock { state in
            if state.placeCount + leaves.count > Self.maximumPlaces { state = State() }
            state.batches[room, default: []].append(leaves)
            state.placeCount += leaves.count
        }
    }

    /// Returns the transactions of a room, and forgets them.
    func take(_ room: RoomID) -> [[LineLeaf]] {
        state.withLock { state in
            let batches = state.batches.removeValue(forKey: room) ?? []
            state.placeCount -= batches.reduce(0) { $0 + $1.count }
            return batches
        }
    }
}
