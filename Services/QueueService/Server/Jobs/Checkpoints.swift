import CommandLine
import Database
import Identity
import Kernel
import LineLog
import QueueDomain
import Service
import Telemetry
import Threads

/// The job that logs the lines: it reads new places, extends the tree of each room, and signs checkpoints.
///
/// A checkpoint is a row before callers receive it. It commits after its places, so it never has a place that a crash or a
/// failover takes back.
final class Checkpoints: Sendable {
    /// With the variation of jobs, at least a second.
    static let interval = Duration.milliseconds(1150)
    /// The minimum pause between two checkpoints of one room, by all instances.
    private static let minimumPause = Duration.seconds(1)
    /// After a failover, nothing is signed for this time: other instances find checkpoints that were lost (`LineTable.fork`).
    private static let failoverPause = Duration.seconds(5)
    private static let pageSize = 10_000
    private static let roomPageSize = 200

    private let database: Database
    private let clock: any Clock
    private let log: Log
    private let site: String
    private let keys: LineKeys
    private let witness: LineWitness?
    private let signed: Counter
    private let roomsInUse: RoomsInUse
    let logs: RoomLogs
    let joins = CommittedJoins()

    private struct State {
        var isFirstRun = true
        /// Rooms that may change.
        var live: Set<RoomID> = []
        /// Rooms whose list for a draw is closed, and whose numbers are not drawn yet.
        var closedDraws = 0
        /// The time since which a room has places that no checkpoint contains.
        var behind: [RoomID: Uptime] = [:]
        /// The server that answered last (`Reader`). Empty before the first answer.
        var serverRun = ""
        var signsFrom = Uptime(nanoseconds: 0)

        /// Returns true if another server answers than before.
        mutating func meet(_ server: String, at now: Uptime) -> Bool {
            guard !server.isEmpty, server != serverRun else { return false }
            defer { serverRun = server }
            guard !serverRun.isEmpty else { return false }
            signsFrom = now + Checkpoints.failoverPause
            return true
        }
    }

    private let state = Lock(State())

    init(_ environment: ServiceEnvironment, _ rooms: RoomsInUse) throws {
        database = environment.database
        roomsInUse = rooms
        clock = environment.clock
        log = environment.log
        site = environment.configuration[QueueFlags.site]
        keys = LineKeys(environment.keys)
        let path = environment.configuration[QueueFlags.witness] ?? environment.databaseFile.map { $0 + ".line" }
        witness = try path.map { try LineWitness($0) }
        logs = RoomLogs(clock)
        let metrics = environment.metrics
        signed = metrics.counter("queue_line_checkpoints_total", "Signed checkpoints of waiting lines.")
        metrics.gauge("queue_line_places", "Places in the logs of waiting lines in memory.") { [logs] in
            Double(logs.counts.places)
        }
        metrics.gauge(
            "queue_lines_forked", "Waiting lines whose rows contradict a checkpoint. More than 0 is an emergency."
        ) { [logs] in Double(logs.counts.forked) }
        metrics.gauge("queue_draws_waiting", "Rooms with a closed list that wait for their draw.") { [weak self] in
            Double(self?.state.withLock { $0.closedDraws } ?? 0)
        }
        metrics.gauge("queue_line_lag_seconds", "Age of the oldest place that no checkpoint contains.") { [weak self] in
            self?.lag ?? 0
        }
    }

    private var lag: Double {
        let since = state.withLock { $0.behind.values.min() }
        return since.map { Double((clock.uptime - $0).milliseconds) / 1000 } ?? 0
    }

    /// The public keys of the site, for people.
    func keyTexts(of room: RoomID) -> [String] {
        let name = LineOrigin(site: site, room: room).text
        return keys.publicKeys.map { SignedNote.keyText(of: $0, named: name) }
    }

    func statement(about place: Place, in room: Room, _ leaf: LineLeaf, at now: Timestamp) -> PlaceStatement {
        PlaceStatement(
            PlaceStatement.State(place), position: room.number(of: place.serial), of: leaf, at: now, signedWith: keys)
    }

    /// The hash of the secret that a draw of this room promises.
    func promisedHash(of room: RoomID) -> SHA256Hash { SHA256Hash(of: keys.drawSecrets(of: room)[0]) }

    /// The secret that a draw promised. A key that has been dropped since takes it along.
    func drawSecret(of room: RoomID, hash: SHA256Hash) throws -> [UInt8] {
        if let secret = keys.drawSecrets(of: room).first(where: { SHA256Hash(of: $0) == hash }) { return secret }
        throw QueueRefusal.because(.drawPending, "the line key with which the draw was promised is not in the key file")
    }

    func drawRecord(
        of room: RoomID, _ round: Int64, _ draw: DrawTable.Stored, _ list: LineDrawRecord.List?
    ) -> LineDrawRecord {
        LineDrawRecord(
            of: LineOrigin(site: site, room: room), round: round, secretHash: draw.secretHash, list: list,
            result: draw.result, signedWith: keys)
    }

    /// Logs each room that has changed, and those that callers wait for. A failing room does not stop the others.
    func run() async throws {
        let (before, isFirstRun) = state.withLock { ($0.live, $0.isFirstRun) }
        let list = try await roomsInUse.list()
        let unsettled = list.rooms
        let live = Set(unsettled.map(\.id))
        let others = before.subtracting(live)
        // If the list is incomplete, the others cannot be read.
        var due = Set(unsettled.filter(needsLogging).map(\.id)).union(list.isComplete ? others : [])
        due.formUnion(logs.takeWanted())
        if state.withLock({ $0.meet(list.serverRun, at: clock.uptime) }) { due.formUnion(logs.doubtAll()) }
        if isFirstRun { due.formUnion(try await roomsBehind()) }
        let closedDraws = unsettled.count { $0.draw?.state == .closed }
        state.withLock { state in
            state.isFirstRun = false
            state.closedDraws = closedDraws
            for id in due where state.behind[id] == nil { state.behind[id] = clock.uptime }
        }
        var firstError: (any Error)?
        var unfinished = list.isComplete ? [] : others
        // The lines of present sales come first. The others leave the memory one by one, because after an upgrade all are due.
        for id in due.filter(live.contains) + due.filter({ !live.contains($0) }) {
            logs.dropUnused(live: live.union(unfinished))
            do {
                if try await extend(id) { continue }
            } catch { firstError = firstError ?? error }
            unfinished.insert(id)
        }
        let next = live.union(unfinished)
        logs.dropUnused(live: next)
        state.withLock { [unfinished] state in
            state.live = next
            state.behind = state.behind.filter { unfinished.contains($0.key) }
        }
        if let firstError { throw firstError }
    }

    private func needsLogging(_ room: Room) -> Bool {
        logs.find(room.id)?.isBehind(room) ?? (room.lastSerial > 0)
    }

    /// Rooms that were settled before their last places were logged, for example by a crash.
    private func roomsBehind() async throws -> [RoomID] {
        var (rooms, last): ([RoomID], RoomID?) = ([], nil)
        repeat {
            let page = try await database.scan { [last] in
                try LineTable.behind(after: last, limit: Self.roomPageSize, $0)
            }
            rooms += page.rooms
            last = page.last
        } while last != nil
        return rooms
    }
}

/// One room.
extension Checkpoints {
    /// A snapshot of a room, its newest checkpoint, and its places from the last one in memory on.
    private struct Snapshot: Sendable {
        let room: Room
        let stored: LineCheckpoint?
        let leaves: [LineLeaf]
        /// The problem that another instance has found.
        let fork: String?
        let now: Timestamp
    }

    /// Logs the new places of a room. Returns true if a published checkpoint has all of them, or if the line is forked.
    private func extend(_ id: RoomID) async throws -> Bool {
        let log = logs.log(of: id)
        guard !log.isForked else { return try await shareFork(of: id, log) }
        if log.isDoubted { log.reset() }
        var isReread = false
        while true {
            let snapshot = try await read(id, after: log)
            if let problem = snapshot.fork ?? problem(of: log, appending: snapshot) {
                // The rows in memory may be older than a failover. The stored ones decide.
                guard isReread || snapshot.fork != nil else {
                    isReread = true
                    log.reset()
                    continue
                }
                log.fork(because: snapshot.fork == nil ? problem : nil)
                self.log.error(
                    "the rows of a line contradict a checkpoint: nothing is signed for it",
                    ["room": "\(id)", "problem": "\(problem)", "do": "see LineForked in deploy/README.md"])
                return try await shareFork(of: id, log)
            }
            guard log.size >= snapshot.room.lastSerial else { continue }
            return try await publish(log, snapshot)
        }
    }

    /// Stores a fork, so that no other instance signs either, also one that has not seen the checkpoint.
    private func shareFork(of id: RoomID, _ log: RoomLogs.RoomLog) async throws -> Bool {
        guard let problem = log.unsharedProblem else { return true }
        try await database.transaction { tx in try LineTable.insertFork(of: id, problem, tx) }
        log.fork(because: nil)
        return true
    }

    private func read(_ id: RoomID, after log: RoomLogs.RoomLog) async throws -> Snapshot {
        let (last, joins) = (Int64(log.size), joins.take(id))
        return try await database.scan { reader in
            Snapshot(
                room: try RoomTable.require(id, reader), stored: try LineTable.last(of: id, reader),
                leaves: try LineTable.leaves(in: id, last: last, committed: joins, limit: Self.pageSize, reader),
                fork: try LineTable.fork(of: id, reader), now: reader.now)
        }
    }

    /// Appends the new places. Returns the contradiction between the rows and an earlier checkpoint, or nil.
    ///
    /// The rows begin with the last one in memory, so that all of them are of one history, also across a failover.
    private func problem(of log: RoomLogs.RoomLog, appending snapshot: Snapshot) -> String? {
        var leaves = snapshot.leaves[...]
        let size = log.size
        if size > 0, leaves.popFirst()?.place != log.last { return "place \(size) is another one than before" }
        for (offset, leaf) in leaves.enumerated() where leaf.number != Int64(size + offset + 1) {
            return "place \(size + offset + 1) is missing"
        }
        log.append(leaves)
        if log.size < snapshot.room.lastSerial {
            return leaves.isEmpty ? "places after number \(log.size) are missing" : nil
        }
        let records = [snapshot.stored, log.checkpoint].compactMap { $0.map { ($0.size, $0.root) } }
        let witnessed = witness?.record(of: snapshot.room.id).map { ($0.size, $0.root) }
        for (size, root) in records + (witnessed.map { [$0] } ?? []) {
            if size > log.size { return "the checkpoint of \(size) places has more places than the line" }
            if log.root(at: size) != root { return "the root of the first \(size) places is another one" }
        }
        return nil
    }

    /// Publishes the stored checkpoint, or stores a newer one. Returns true if it has all places and admissions.
    private func publish(_ log: RoomLogs.RoomLog, _ snapshot: Snapshot) async throws -> Bool {
        let room = snapshot.room
        if let stored = snapshot.stored {
            try show(stored, in: log)
            if stored.size == log.size, stored.admitted >= room.admitted { return true }
            guard stored.at + Self.minimumPause <= snapshot.now else { return false }
        }
        let (server, signsFrom) = state.withLock { ($0.serverRun, $0.signsFrom) }
        guard signsFrom <= clock.uptime else { return false }
        guard let last = log.last else { return true }
        let checkpoint = LineCheckpoint(
            of: LineOrigin(site: site, room: room.id), size: log.size, root: log.root(at: log.size),
            admitted: room.admitted, at: snapshot.now, signedWith: keys)
        let isStored: Bool
        do {
            isStored = try await database.transaction { tx in
                // After a failover, the last place may be another one, or another instance may have a lost checkpoint.
                guard tx.serverRun == server else { return false }
                guard try LineTable.leaf(Int64(checkpoint.size), in: room.id, tx)?.place == last else { return false }
                return try LineTable.insert(checkpoint, tx)
            }
        } catch {
            log.reset()
            throw error
        }
        // Another instance was faster, or rows were lost: the next run decides.
        guard isStored else { return false }
        signed.increment()
        try show(checkpoint, in: log)
        return true
    }

    private func show(_ checkpoint: LineCheckpoint, in log: RoomLogs.RoomLog) throws {
        try witness?.store(checkpoint)
        log.publish(checkpoint)
    }
}
