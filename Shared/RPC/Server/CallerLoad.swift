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
/// A load that nothing else refers to counts nothing. Such loads are removed together, when the table is full: most users
/// come once, and the removal of each would cost as much as its insertion.
final class UserLoads: Sendable {
    private static let minimumCapacity = 1024

    private struct State {
        var loads: [UserID: CallerLoad] = [:]
        var capacity = minimumCapacity

        mutating func removeUnused() {
            var used: [UserID: CallerLoad] = [:]
            // Indexes instead of a loop over the table, which would copy it.
            var index = loads.startIndex
            while index != loads.endIndex {
                if !isKnownUniquelyReferenced(&loads.values[index]) { used[loads.keys[index]] = loads.values[index] }
                loads.formIndex(after: &index)
            }
            loads = used
            capacity = max(minimumCapacity, 2 * used.count)
        }
    }

    private let state = Lock(State())

    var count: Int { state.withLock { $0.loads.count } }

    func load(of user: UserID) -> CallerLoad {
        state.withLock { state in
            if let load = state.loads[user] { return load }
            if state.loads.count >= state.capacity { state.removeUnused() }
            let load = CallerLoad()
            state.loads[user] = load
            return load
        }
    }
}
