import Database
import Kernel
import QueueDomain
import RPC
import Threads

/// Batches joins of a room into one transaction, because they all write the room's row. While one batch commits, the
/// next one collects. It starts on the thread that made the previous batch durable, so the database never waits for an
/// event loop.
///
/// (Two batches in flight would each be half as large and sync the disk twice as often.)
final class JoinLine: Sendable {
    static let maximumBatch = 256
    /// Maximum of joins in one room that wait for their batch.
    static let maximumWaiting = 16_384
    private static let retryAfter = Duration.milliseconds(100)

    struct Request: Sendable {
        let place: PlaceID
        let user: UserID
        let deadline: Uptime
    }

    /// The result of one request in a batch.
    struct Joined: Sendable {
        fileprivate let batch: Batch
        fileprivate let index: Int

        var outlook: Outlook { get throws { Outlook(try batch.places[index].get(), in: batch.room, at: batch.time) } }
    }

    /// The shared result of a batch, because copying the room for each join would be expensive.
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
        let request: Request
        /// The caller's event loop. Nil if the caller runs on none.
        let loop: EventLoop?
        let answer: @Sendable (Result<Joined, any Error>) -> Void
    }

    private let database: Database
    /// Joins waiting for the next batch, by room. A room has an entry while a batch of it is in flight.
    private let rooms = Lock<[RoomID: [Waiting]]>([:])

    init(_ database: Database) {
        self.database = database
    }

    /// Calls `answer` once, on the caller's event loop.
    func join(_ request: Request, in room: RoomID, answer: @escaping @Sendable (Result<Joined, any Error>) -> Void) {
        let loop = EventLoop.current
        let waiting = Waiting(request: request, loop: loop, answer: answer)
        let (begins, isTaken) = rooms.withLock { rooms in
            let count = rooms[room]?.count
            guard count ?? 0 < Self.maximumWaiting else { return (false, false) }
            rooms[room, default: []].append(waiting)
            return (count == nil, true)
        }
        if begins {
            // Start later, after the other calls that arrived together are collected.
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
            let batch = try await database.transaction(before: waiting.map(\.request.deadline).max()) { tx in
                try Self.take(waiting, in: room, tx)
            }
            Self.answer(waiting) { .success(Joined(batch: batch, index: $0)) }
        } catch {
            Self.answer(waiting) { _ in .failure(error) }
        }
    }

    /// Wakes each event loop once for all its callers.
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
        var room = try RoomTable.lock(id, tx)
        let before = room.lastSerial
        var places: [Result<Place, QueueRefusal>] = []
        places.reserveCapacity(waiting.count)
        for place in try newPlaces(for: waiting, in: &room, tx) { places.append(.success(place)) }
        for waiting in waiting.dropFirst(places.count) {
            do { places.append(.success(try place(for: waiting.request, in: &room, tx))) } catch let refusal
                as QueueRefusal
            {
                places.append(.failure(refusal))
            }
        }
        if room.lastSerial > before, room.admissible(afterFreeing: 0, at: tx.now) > 0 {
            let admitted = Dictionary(uniqueKeysWithValues: try Settlement.run(in: &room, tx).map { ($0.id, $0) })
            places = places.map { $0.map { place in admitted[place.id] ?? place } }
        } else if room.lastSerial > before {
            try RoomTable.saveLine(of: room, tx)
        }
        return Batch(room: room, time: tx.now, places: places)
    }

    /// Inserts the batch 16 rows at a time until a user already has a place. The rest are inserted one by one, because
    /// with many repeated joins the failed attempts would cost more than the batches save.
    private static func newPlaces(for waiting: [Waiting], in room: inout Room, _ tx: Transaction) throws -> [Place] {
        guard room.isJoinable(at: tx.now) else { return [] }
        var places: [Place] = []
        while waiting.count - places.count >= PlaceTable.manyCount {
            let next = waiting[places.count...].prefix(PlaceTable.manyCount)
            let many = next.map(\.request).enumerated().map { offset, request in
                room.nextPlace(request.place, of: request.user, after: Int64(offset), now: tx.now)
            }
            guard try PlaceTable.insertMany(many, in: room.id, tx) else { break }
            room.append(many.last!)
            places += many
        }
        return places
    }

    private static func place(for request: Request, in room: inout Room, _ tx: Transaction) throws -> Place {
        if room.isJoinable(at: tx.now) {
            let place = room.nextPlace(request.place, of: request.user, now: tx.now)
            if try PlaceTable.insert(place, in: room.id, tx) {
                room.append(place)
                return place
            }
        }
        // A user keeps a live place even after joining has ended.
        if let place = try PlaceTable.findLive(of: request.user, in: room.id, tx) { return place }
        if let earlier = try PlaceTable.find(request.place, in: room.id, tx) {
            guard earlier.user == request.user else { throw QueueRefusal.requestIDReused }
            return earlier
        }
        try room.checkJoining(at: tx.now)
        throw tx.conflict()
    }
}

/// Runs jobs on the thread that resumes them.
private final class InPlace: TaskExecutor {
    static let executor = InPlace()

    func enqueue(_ job: consuming ExecutorJob) {
        UnownedJob(job).runSynchronously(on: asUnownedTaskExecutor())
    }
}
