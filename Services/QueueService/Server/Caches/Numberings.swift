import Database
import Identity
import LineLog
import QueueDomain
import Threads

/// The drawn numbers of rooms. They follow from seed and count, so every instance computes the same ones.
final class Numberings: Sendable {
    /// 128 MB.
    static let shared = Numberings(maximumPlaces: 16_000_000)

    private struct Key: Hashable {
        let seed: [UInt8]
        let count: Int64
    }

    /// Above this number of places, other rooms leave.
    private let maximumPlaces: Int64
    private let known = Lock<[Key: Numbering]>([:])
    /// Held while numbers are computed: some 100 ns a place. After a draw, all threads of an instance need the same ones.
    private let computing = Lock(())

    init(maximumPlaces: Int64) {
        self.maximumPlaces = maximumPlaces
    }

    /// The number of rooms and places in memory.
    var counts: (rooms: Int, places: Int64) {
        known.withLock { known in (known.count, known.keys.reduce(0) { $0 + $1.count }) }
    }

    func numbering(seed: [UInt8], count: Int64) throws -> Numbering {
        guard let hash = SHA256Hash(bytes: seed) else {
            throw DatabaseError(.damaged, "the seed of a draw has another size than 32 bytes")
        }
        let key = Key(seed: seed, count: count)
        if let numbering = find(key) { return numbering }
        return computing.withLock { _ in
            if let numbering = find(key) { return numbering }
            let numbering = Numbering(order: LineDraw.order(seed: hash, count: Int(count)))
            known.withLock { known in
                while let other = known.keys.first, known.keys.reduce(count, { $0 + $1.count }) > maximumPlaces {
                    known[other] = nil
                }
                known[key] = numbering
            }
            return numbering
        }
    }

    private func find(_ key: Key) -> Numbering? { known.withLock { $0[key] } }

    /// Computes on another thread than the caller's, which may be an event loop.
    @concurrent
    func prepared(seed: [UInt8], count: Int64) async throws -> Numbering {
        try numbering(seed: seed, count: count)
    }
}
