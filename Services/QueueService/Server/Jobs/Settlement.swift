import Database
import Kernel
import QueueDomain
import Service
import Threads

/// The job that settles rooms: places lapse, and the next ones are admitted.
///
/// It reads the rooms when one of them needs a settlement, when this instance may have changed one, and otherwise seldom.
/// If another instance settles a room, this one leaves it a moment more, so that they do not wait for the same row.
final class Settlement: Sendable {
    /// The pause between two runs, short enough to use the whole rate.
    static let interval = Duration.milliseconds(40)
    /// Maximum of consecutive settlements of one room. The next run continues.
    private static let maximumRounds = 20
    /// The time that another instance has to settle its rooms.
    private static let grace = Duration.milliseconds(500)
    /// The longest pause between two reads, after which rooms of an ended instance are settled.
    private static let longestPause = Duration.seconds(2)
    /// Drawn places in the first and in the largest read, and the maximum of reads in one settlement. The next settlement
    /// continues.
    private static let probeSizes: ClosedRange<Int64> = 16...512
    private static let maximumProbes = 20

    private struct State {
        var transactionCount: Int?
        var nextRead = Uptime(nanoseconds: 0)
        /// The rooms of the last read.
        var rooms: [RoomID: Settled] = [:]
    }

    /// The last settlement of a room.
    private struct Settled {
        let time: Timestamp
        /// False if another instance has made it.
        let isOwn: Bool
    }

    private let database: Database
    private let clock: any Clock
    private let state = Lock(State())
    private let figures: FiguresReport
    private let roomsInUse: RoomsInUse

    init(_ environment: ServiceEnvironment, _ figures: FiguresReport, _ rooms: RoomsInUse) {
        self.figures = figures
        roomsInUse = rooms
        database = environment.database
        clock = environment.clock
    }

    /// Settles the rooms that need it. A failing room does not stop the others.
    func run() async throws {
        // Before the read, which does not see later changes.
        let count = database.transactionCount
        let before = state.withLock { $0 }
        let mayHaveChanged = before.transactionCount != count
        guard mayHaveChanged || before.nextRead <= clock.uptime else { return }
        var after = State(transactionCount: count, nextRead: clock.uptime + Self.longestPause)
        let unsettled = try await roomsInUse.list()
        var firstError: (any Error)?
        if !unsettled.isComplete { after.rooms = before.rooms }
        for room in unsettled.rooms {
            let known = before.rooms[room.id]
            let isOwn = mayHaveChanged || known == nil || known!.isOwn && known!.time == room.settledAt
            do { try await settle(room, isOwn: isOwn, at: unsettled.now, &after) } catch {
                firstError = firstError ?? error
            }
        }
        state.withLock { [after] in $0 = after }
        if let firstError { throw firstError }
    }

    /// Settles a room if its time has come, and notes when it needs the next settlement.
    private func settle(_ room: Room, isOwn: Bool, at now: Timestamp, _ after: inout State) async throws {
        var (room, isOwn, now) = (room, isOwn, now)
        func due() -> Timestamp? { room.nextSettlement(at: now).map { isOwn ? $0 : $0 + Self.grace } }
        // Another instance settles it, unless it has ended.
        let isLeft = !isOwn && room.needsSettling(at: now - Self.grace)
        if isLeft || due().map({ $0 <= now }) ?? false {
            // Until it has succeeded, the next run repeats it.
            let nextRead = after.nextRead
            after.nextRead = clock.uptime
            (room, isOwn, now) = try await settle(room.id)
            after.nextRead = nextRead
        }
        after.rooms[room.id] = Settled(time: room.settledAt, isOwn: isOwn)
        if let time = due() { after.nextRead = min(after.nextRead, clock.uptime + max(.zero, time - now)) }
    }

    /// Returns the room afterwards. `isOwn` is false if another instance has settled it meanwhile.
    private func settle(_ id: RoomID) async throws -> (room: Room, isOwn: Bool, now: Timestamp) {
        var outcome: (room: Room, isOwn: Bool, now: Timestamp)?
        for _ in 0..<Self.maximumRounds {
            let (room, now, steps) = try await database.transaction(attempts: .polled) { tx in
                var room = try RoomTable.lock(id, tx)
                guard room.needsSettling(at: tx.now) else { return (room, tx.now, Steps?.none) }
                let steps = try Self.run(in: &room, tx)
                return (room, tx.now, steps)
            }
            figures.count(steps?.admitted ?? [])
            if let damage = steps?.damage { throw damage }
            outcome = (room, outcome?.isOwn ?? false || steps != nil, now)
            if steps?.changed.count ?? 0 < Room.maximumSteps { break }
        }
        return outcome!
    }

    /// The result of one settlement.
    struct Steps: Sendable {
        let changed: [Place]
        /// The first error of a row that cannot be read.
        let damage: (any Error)?

        var admitted: [Place] { changed.filter { $0.state == .admitted } }
    }

    /// Settles and saves a room that this transaction has locked. A place whose row cannot be read keeps its slot, or is passed
    /// over, so that it does not stop the line.
    static func run(in room: inout Room, _ tx: Transaction) throws -> Steps {
        let shift = room.catchUp(now: tx.now)
        if shift != .zero { try PlaceTable.shiftDeadlines(in: room.id, by: shift, tx) }
        let (before, changed): ([PlaceRow], [Place])
        if room.decided == .closed {
            before = try PlaceTable.live(in: room.id, limit: Room.maximumSteps, tx)
            changed = room.revokeAll(before.readable, now: tx.now)
        } else {
            let due = try PlaceTable.due(in: room.id, at: tx.now, limit: Room.maximumSteps, tx)
            let count = room.admissible(afterFreeing: due.readable.count, at: tx.now)
            let (waiting, end) = try Self.waiting(in: room, limit: count + 1, tx)
            before = due + waiting
            changed = room.settle(due: due.readable, waiting: waiting.readable, upTo: end, now: tx.now)
        }
        try PlaceTable.save(changed, were: before.readable, in: room.id, tx)
        try RoomTable.save(room, tx)
        return Steps(changed: changed, damage: before.damage)
    }

    /// The first waiting places in the order of the line, and the number up to which it was read if that is not its end. Drawn
    /// places are read in batches of their numbers, because many of them may have left.
    private static func waiting(
        in room: Room, limit: Int, _ tx: Transaction
    ) throws -> (places: [PlaceRow], end: Int64?) {
        if room.isDrawPending { return ([], nil) }
        guard let numbering = room.draw?.numbering, room.admitted < numbering.count else {
            return (try PlaceTable.waiting(in: room.id, after: room.admitted, limit: limit, tx), nil)
        }
        var (found, damaged): ([Place], [PlaceRow]) = ([], [])
        var end = room.admitted
        var size = max(probeSizes.lowerBound, Int64(limit))
        for _ in 0..<maximumProbes where found.count < limit && end < numbering.count {
            let numbers = end + 1...min(end + min(size, probeSizes.upperBound), numbering.count)
            size *= 2
            let rows = try PlaceTable.find(serials: numbering.serials(of: numbers), in: room.id, tx)
            let waiting = rows.readable.filter { $0.state == .waiting }
            found += waiting.sorted { room.number(of: $0.serial) < room.number(of: $1.serial) }
            if let damage = rows.damage { damaged.append(.failure(damage)) }
            end = numbers.upperBound
        }
        let drawn = found.map { PlaceRow.success($0) } + damaged
        guard found.count < limit, end == numbering.count else { return (drawn, end) }
        let later = try PlaceTable.waiting(in: room.id, after: end, limit: limit - found.count, tx)
        return (drawn + later, nil)
    }
}
