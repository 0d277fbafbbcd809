import Database
import Kernel
import QueueDomain
import RPC
import Threads

/// Joins of one room that arrive together share a transaction: they all write the same row, and would only wait for each
/// other. While one batch is on its way to the disk the next one gathers, and it begins on the thread that has made the
/// first one durable: the database waits for no loop.
///
/// (With two batches under way each has half as many joins, and the disk is asked to sync twice as often.)
final class JoinLine: Sendable {
    static let maximumBatch = 256
    /// Joins that wait for their batch, in one room.
    static let maximumWaiting = 16_384
    private static let retryAfter = Duration.milliseconds(100)

    struct Ask: Sendable {
        let place: PlaceID
        let user: UserID
        let deadline: Uptime
    }

    /// What came of one ask of a batch.
    struct Joined: Sendable {
        fileprivate let batch: Batch
        fileprivate let index: Int

        var outlook: Outlook { get throws { Outlook(try batch.places[index].get(), in: batch.room, at: batch.time) } }
    }

    /// One for all that shared the transaction: a room is too much to be copied for each.
    fileprivate final class Batch: Sendable {
        let room: Room
        let time: Timestamp
        let places: [Result<Place, QueueRefusal>]

        init(room: Room, time: Timestamp, places: [Result<Place, QueueRefusal>]) {
            self.room = room
            self.time = time
            self.places = places
        }
    }

    private struct Waiting: Sendable {
        let ask: Ask
        /// Where its caller is at home; nil where he is on no loop.
        let loop: EventLoop?
        let answer: @Sendable (Result<Joined, any Error>) -> Void
    }

    private let database: Database
    /// Who waits for the next batch, by room; a room has an entry while a batch of it is under way.
    private let rooms = Lock<[RoomID: [Waiting]]>([:])

    init(_ database: Database) {
        self.database = database
    }

    /// `answer` is called once, where the caller is at home.
    func join(_ ask: Ask, in room: RoomID, answer: @escaping @Sendable (Result<Joined, any Error>) -> Void) {
        let loop = EventLoop.current
        let waiting = Waiting(ask: ask, loop: loop, answer: answer)
        let (begins, isTaken) = rooms.withLock { rooms in
            let count = rooms[room]?.count
            guard count ?? 0 < Self.maximumWaiting else { return (false, false) }
            rooms[room, default: []].append(waiting)
            return (count == nil, true)
        }
        if begins {
            // Later, when everything that came together with this call is there.
            Self.execute(on: loop) { Task(executorPreference: InPlace.executor) { await self.run(in: room) } }
        } else if !isTaken {
            let failure = RPCFailure(
                .resourceExhausted, "TOO_MANY_JOINS", "too many are joining this room just now; try again")
            answer(.failure(failure.notProcessed(retryAfter: Self.retryAfter)))
        }
    }

    private func run(in room: RoomID) async {
        while let batch = next(in: room) { await join(batch, in: room) }
    }

    private func next(in room: RoomID) -> [Waiting]? {
        rooms.withLock { rooms in
            let batch = Array(rooms[room, default: []].prefix(Self.maximumBatch))
            guard !batch.isEmpty else {
                rooms[room] = nil
                return nil
            }
            rooms[room]?.removeFirst(batch.count)
            return batch
        }
    }

    private func join(_ waiting: [Waiting], in room: RoomID) async {
        do {
            let batch = try await database.transaction(before: waiting.map(\.ask.deadline).max()) { tx in
                try Self.take(waiting, in: room, tx)
            }
            Self.answer(waiting) { .success(Joined(batch: batch, index: $0)) }
        } catch {
            Self.answer(waiting) { _ in .failure(error) }
        }
    }

    /// Each loop is woken once, for all its callers.
    private static func answer(
        _ waiting: [Waiting], _ outcome: @escaping @Sendable (Int) -> Result<Joined, any Error>
    ) {
        var rest = Array(waiting.indices)
        while let first = rest.first {
            let loop = waiting[first].loop
            let here = rest.filter { waiting[$0].loop === loop }
            execute(on: loop) { for index in here { waiting[index].answer(outcome(index)) } }
            rest.removeAll { waiting[$0].loop === loop }
        }
    }

    private static func execute(on loop: EventLoop?, _ body: @escaping @Sendable () -> Void) {
        if let loop { loop.execute(body) } else { body() }
    }

    private static func take(_ waiting: [Waiting], in id: RoomID, _ tx: Transaction) throws -> Batch {
        var room = try RoomStore.lock(id, tx)
        let before = room.lastSerial
        var places: [Result<Place, QueueRefusal>] = []
        places.reserveCapacity(waiting.count)
        for place in try newPlaces(for: waiting, in: &room, tx) { places.append(.success(place)) }
        for waiting in waiting.dropFirst(places.count) {
            do { places.append(.success(try place(for: waiting.ask, in: &room, tx))) } catch let refusal as QueueRefusal
            {
                places.append(.failure(refusal))
            }
        }
        if room.lastSerial > before, room.admissible(afterFreeing: 0, at: tx.now) > 0 {
            let admitted = Dictionary(uniqueKeysWithValues: try Settlement.run(in: &room, tx).map { ($0.id, $0) })
            places = places.map { $0.map { place in admitted[place.id] ?? place } }
        } else if room.lastSerial > before {
            try RoomStore.saveLine(of: room, tx)
        }
        return Batch(room: room, time: tx.now, places: places)
    }

    /// For the first of those who wait, many by one statement, until somebody is among them who has a place already. (Then
    /// the others go one by one: where many come again, failed attempts would cost more than the others save.)
    private static func newPlaces(for waiting: [Waiting], in room: inout Room, _ tx: Transaction) throws -> [Place] {
        guard room.isJoinable(at: tx.now) else { return [] }
        var places: [Place] = []
        while waiting.count - places.count >= PlaceStore.manyCount {
            let next = waiting[places.count...].prefix(PlaceStore.manyCount)
            let many = next.map(\.ask).enumerated().map { offset, ask in
                room.nextPlace(ask.place, of: ask.user, after: Int64(offset), now: tx.now)
            }
            guard try PlaceStore.insertMany(many, in: room.id, tx) else { break }
            room.took(many.last!)
            places += many
        }
        return places
    }

    private static func place(for ask: Ask, in room: inout Room, _ tx: Transaction) throws -> Place {
        if room.isJoinable(at: tx.now) {
            let place = room.nextPlace(ask.place, of: ask.user, now: tx.now)
            if try PlaceStore.insert(place, in: room.id, tx) {
                room.took(place)
                return place
            }
        }
        // Who has a place keeps it, also where nobody may join any more.
        if let place = try PlaceStore.livePlace(of: ask.user, in: room.id, tx) { return place }
        if let earlier = try PlaceStore.place(ask.place, in: room.id, tx) {
            guard earlier.user == ask.user else { throw QueueRefusal.requestIDTaken }
            return earlier
        }
        try room.checkJoining(at: tx.now)
        throw tx.conflict()
    }
}

/// Goes on wherever it is resumed.
private final class InPlace: TaskExecutor {
    static let executor = InPlace()

    func enqueue(_ job: consuming ExecutorJob) {
        UnownedJob(job).runSynchronously(on: asUnownedTaskExecutor())
    }
}
