import Kernel
import Synchronization
import Threads

/// The calls in flight and open streams of one caller: of a user on all connections, or of the calls without a
/// credential on one connection.
final class CallerLoad: Sendable {
    let inFlight = Atomic(0)
    let streamCount = Atomic(0)
}

/// The load of each user whose credential a connection knows, or who has a call.
///
/// A load that nothing else refers to counts nothing. Each new user removes up to two of them, so the table has at most
/// about twice the loads in use, and no call waits for a search of the whole table.
final class UserLoads: Sendable {
    private static let examinedCount = 2

    private struct State {
        private var loads: [(user: UInt64, load: CallerLoad)] = []
        private var positions: [UInt64: Int] = [:]
        /// The position that is examined next.
        private var hand = 0

        var count: Int { loads.count }

        mutating func load(of user: UInt64) -> CallerLoad {
            if let position = positions[user] { return loads[position].load }
            removeUnused()
            let load = CallerLoad()
            positions[user] = loads.count
            loads.append((user, load))
            return load
        }

        private mutating func removeUnused() {
            for _ in 0..<examinedCount {
                if hand >= loads.count { hand = 0 }
                if loads.isEmpty { return }
                if isKnownUniquelyReferenced(&loads[hand].load) { remove(at: hand) } else { hand += 1 }
            }
        }

        private mutating func remove(at position: Int) {
            positions[loads[position].user] = nil
            let last = loads.removeLast()
            guard position < loads.count else { return }
            loads[position] = last
            positions[last.user] = position
        }
    }

    private let state = Lock(State())

    var count: Int { state.withLock { $0.count } }

    func load(of user: UserID) -> CallerLoad { state.withLock { $0.load(of: user.fingerprint) } }
}
