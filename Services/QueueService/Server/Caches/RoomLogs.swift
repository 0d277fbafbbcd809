import Identity
import Kernel
import LineLog
import QueueDomain
import Threads

/// The logs of lines in memory, 64 bytes for each place: those of rooms in use, and for some minutes those that a caller has
/// asked for. `Checkpoints` fills them. Calls read them without a query.
final class RoomLogs: Sendable {
    /// The time after which the log of a settled room leaves the memory if no caller needs it.
    static let idleTime = Duration.minutes(10)
    /// Maximum of rooms that callers wait for. Further callers ask again.
    private static let maximumWanted = 1000
    private static let retryPause = Duration.seconds(1)

    /// The log of one room. Only the job `checkpoints` changes it. A caller can doubt it.
    final class RoomLog: Sendable {
        private struct State {
            var tree = MerkleTree()
            /// The place of the last leaf.
            var last: PlaceID?
            /// The checkpoint that callers receive.
            var checkpoint: LineCheckpoint?
            var isForked = false
            /// The problem of a fork that other instances do not know yet.
            var unsharedProblem: String?
            var isDoubted = false
        }

        private static let appendCount = 1000
        private let state = Lock(State())

        var size: Int { state.withLock { $0.tree.size } }
        var last: PlaceID? { state.withLock { $0.last } }
        var checkpoint: LineCheckpoint? { state.withLock { $0.checkpoint } }
        var isForked: Bool { state.withLock { $0.isForked } }
        var unsharedProblem: String? { state.withLock { $0.unsharedProblem } }
        /// A caller has found a row that is not in the log, or another server answers.
        var isDoubted: Bool { state.withLock { $0.isDoubted } }

        func root(at size: Int) -> SHA256Hash { state.withLock { $0.tree.root(at: size) } }

        /// Appends leaves that follow the last one.
        func append(_ leaves: ArraySlice<LineLeaf>) {
            for start in stride(from: leaves.startIndex, to: leaves.endIndex, by: Self.appendCount) {
                let part = leaves[start...].prefix(Self.appendCount)
                let hashes = part.map(\.hash)
                state.withLock { state in
                    for hash in hashes { state.tree.append(hash) }
                    state.last = part.last?.place
                }
            }
        }

        /// Forgets the leaves, so that they are read again. The published checkpoint stays, because the rows must match it.
        func reset() {
            state.withLock { state in
                state.tree = MerkleTree()
                state.last = nil
                state.isDoubted = false
            }
        }

        func publish(_ checkpoint: LineCheckpoint) { state.withLock { $0.checkpoint = checkpoint } }

        /// Ends the use of the log. `problem` is nil if other instances know about it.
        func fork(because problem: String?) {
            state.withLock { ($0.isForked, $0.unsharedProblem) = (true, problem) }
        }

        /// True if the job must read rows for it: `room` has changed, or the rows may have.
        func isBehind(_ room: Room) -> Bool {
            state.withLock { state in
                if state.isForked { return state.unsharedProblem != nil }
                guard let checkpoint = state.checkpoint else { return room.lastSerial > 0 }
                return state.isDoubted || state.tree.size != room.lastSerial || checkpoint.size != room.lastSerial
                    || checkpoint.admitted != room.admitted
            }
        }

        fileprivate func doubt() { state.withLock { $0.isDoubted = true } }

        /// Runs `body` with the published checkpoint and a tree with at least its places.
        func read<Value: Sendable>(
            _ body: (borrowing MerkleTree, LineCheckpoint) throws -> sending Value
        ) throws -> Value {
            try state.withLock { state in
                if state.isForked { throw QueueRefusal.because(.lineForked) }
                guard let checkpoint = state.checkpoint, checkpoint.size <= state.tree.size else {
                    throw QueueRefusal.notYet(retryAfter: RoomLogs.retryPause)
                }
                return try body(state.tree, checkpoint)
            }
        }
    }

    private struct Entry {
        let log = RoomLog()
        var usedAt: Uptime
    }

    private struct State {
        var entries: [RoomID: Entry] = [:]
        var wanted: Set<RoomID> = []
    }

    private let clock: any Clock
    /// Maximum of places in the logs of settled rooms. Above it, the log that was unused for longest leaves first.
    private let maximumSettledPlaces: Int
    private let state = Lock(State())

    init(_ clock: any Clock, maximumSettledPlaces: Int = 2_000_000) {
        self.clock = clock
        self.maximumSettledPlaces = maximumSettledPlaces
    }

    /// The log of a room for the job. It is empty if it is new.
    func log(of room: RoomID) -> RoomLog {
        state.withLock { state in
            let entry = state.entries[room] ?? Entry(usedAt: clock.uptime)
            state.entries[room] = entry
            return entry.log
        }
    }

    func find(_ room: RoomID) -> RoomLog? { state.withLock { $0.entries[room]?.log } }

    /// The log of a room that exists, for a call. If it is not in memory, the job reads it, and the caller asks again.
    func require(_ room: RoomID) throws(QueueRefusal) -> RoomLog {
        let log = state.withLock { state in
            if state.entries[room] == nil, state.wanted.count < Self.maximumWanted { state.wanted.insert(room) }
            state.entries[room]?.usedAt = clock.uptime
            return state.entries[room]?.log
        }
        guard let log else { throw .notYet(retryAfter: Self.retryPause) }
        return log
    }

    /// Runs `body` with the published log, which must have the leaf of this number that the rows have. Then it also has the
    /// rows before it, because a failover loses only the last ones.
    ///
    /// If the leaves differ, the job reads the rows again and decides whether the line is forked. The caller asks again.
    func read<Value: Sendable>(
        _ room: RoomID, upTo number: Int64, stored leaf: LineLeaf?,
        _ body: (borrowing MerkleTree, LineCheckpoint) -> Value
    ) throws -> Value {
        let log = try require(room)
        let hash = leaf?.hash
        let value: Value? = try log.read { tree, checkpoint in
            guard number <= checkpoint.size else { throw QueueRefusal.notYet(retryAfter: Self.retryPause) }
            return tree.hash(Int(number - 1)..<Int(number)) == hash ? body(tree, checkpoint) : nil
        }
        if let value { return value }
        log.doubt()
        _ = state.withLock { $0.wanted.insert(room) }
        throw QueueRefusal.notYet(retryAfter: Self.retryPause)
    }

    /// Makes the job read all rows again. Returns the rooms.
    func doubtAll() -> Set<RoomID> {
        let logs = state.withLock { $0.entries.mapValues(\.log) }
        for log in logs.values { log.doubt() }
        return Set(logs.keys)
    }

    func takeWanted() -> Set<RoomID> {
        state.withLock { state in
            defer { state.wanted = [] }
            return state.wanted
        }
    }

    /// Drops the logs of settled rooms that are not used.
    func dropUnused(live: Set<RoomID>) {
        state.withLock { state in
            let now = clock.uptime
            let settled = state.entries.filter { !live.contains($0.key) && !$0.value.log.isForked }
                .sorted { $0.value.usedAt > $1.value.usedAt }
            var places = 0
            for (room, entry) in settled {
                places += entry.log.size
                // The latest one stays, although it may be larger than the limit: a caller waits for it.
                let isTooMuch = places > maximumSettledPlaces && places > entry.log.size
                if entry.usedAt + Self.idleTime <= now || isTooMuch {
                    state.entries[room] = nil
                }
            }
        }
    }

    /// The number of places in memory, and of lines that contradict their checkpoints.
    var counts: (places: Int, forked: Int) {
        let logs = state.withLock { $0.entries.values.map(\.log) }
        return (logs.reduce(0) { $0 + $1.size }, logs.count { $0.isForked })
    }
}
