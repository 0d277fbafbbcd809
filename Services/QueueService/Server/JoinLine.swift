import Database
import Kernel
import QueueDomain
import RPC
import Threads

/// Joins of one room that arrive together share a transaction: they all write the same row, and would only wait for each
/// other. While one batch is on its way to the disk, the next one gathers.
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

    struct Joined: Sendable {
        let place: Place
        let room: Room
        let time: Timestamp
    }

    private struct Waiting: Sendable {
        let ask: Ask
        let continuation: UnsafeContinuation<Joined, any Error>
    }

    private let database: Database
    /// By room; a room has an entry while a batch of it is under way.
    private let gathering = Lock<[RoomID: [Waiting]]>([:])

    init(_ database: Database) {
        self.database = database
    }

    func join(_ ask: Ask, in room: RoomID) async throws -> Joined {
        try await withUnsafeThrowingContinuation { continuation in
            let waiting = Waiting(ask: ask, continuation: continuation)
            let (begins, isTaken) = gathering.withLock { gathering in
                guard let others = gathering[room] else {
                    gathering[room] = []
                    return (true, true)
                }
                guard others.count < Self.maximumWaiting else { return (false, false) }
                gathering[room]?.append(waiting)
                return (false, true)
            }
            if begins {
                // Its own task: a caller who goes away must not take the others with him.
                Task.immediate(executorPreference: EventLoop.current) { await run([waiting], in: room) }
            } else if !isTaken {
                continuation.resume(
                    throwing: RPCFailure(
                        .resourceExhausted, "TOO_MANY_JOINS", "too many are joining this room just now; try again"
                    ).notProcessed(retryAfter: Self.retryAfter))
            }
        }
    }

    private func run(_ first: [Waiting], in room: RoomID) async {
        var batch = first
        while !batch.isEmpty {
            await join(batch, in: room)
            batch = gathering.withLock { gathering in
                let next = gathering[room] ?? []
                gathering[room] = next.isEmpty ? nil : Array(next.dropFirst(Self.maximumBatch))
                return Array(next.prefix(Self.maximumBatch))
            }
        }
    }

    private func join(_ batch: [Waiting], in room: RoomID) async {
        let asks = batch.map(\.ask)
        do {
            let outcomes = try await database.transaction(before: asks.map(\.deadline).max()) { tx in
                try Self.take(asks, in: room, tx)
            }
            for (waiting, outcome) in zip(batch, outcomes) {
                switch outcome {
                case .success(let joined): waiting.continuation.resume(returning: joined)
                case .failure(let refusal): waiting.continuation.resume(throwing: refusal)
                }
            }
        } catch {
            for waiting in batch { waiting.continuation.resume(throwing: error) }
        }
    }

    private static func take(
        _ asks: [Ask], in id: RoomID, _ tx: Transaction
    ) throws -> [Result<Joined, QueueRefusal>] {
        var room = try RoomStore.lock(id, tx)
        let before = room.lastSerial
        var places: [Result<Place, QueueRefusal>] = []
        for ask in asks {
            do { places.append(.success(try place(for: ask, in: &room, tx))) } catch let refusal as QueueRefusal {
                places.append(.failure(refusal))
            }
        }
        if room.lastSerial > before, room.admissible(afterFreeing: 0, at: tx.now) > 0 {
            let admitted = Dictionary(uniqueKeysWithValues: try Settlement.run(in: &room, tx).map { ($0.id, $0) })
            places = places.map { $0.map { place in admitted[place.id] ?? place } }
        } else if room.lastSerial > before {
            try RoomStore.saveLine(of: room, tx)
        }
        return places.map { [room] in $0.map { Joined(place: $0, room: room, time: tx.now) } }
    }

    private static func place(for ask: Ask, in room: inout Room, _ tx: Transaction) throws -> Place {
        let isJoinable = (try? room.checkJoining(at: tx.now)) != nil
        if isJoinable {
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
