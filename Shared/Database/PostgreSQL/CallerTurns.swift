import Kernel
import Threads

/// The share of each caller in the connections to a server.
///
/// Calls of one user often write the same row. They would wait for each other on every connection, and all other calls for
/// them. So the further calls of a user wait here, in their order.
final class CallerTurns: Sendable {
    private struct Turn {
        var running = 0
        var waiting: [DatabaseJob] = []
    }

    private let limit: Int
    private let turns = Lock<[UserID: Turn]>([:])

    /// A caller has a quarter of the connections, at least two.
    init(connections: Int) {
        limit = max(2, connections / 4)
    }

    /// Returns false if the job has to wait. `next` returns it later.
    func begin(_ job: DatabaseJob, of caller: UserID) -> Bool {
        turns.withLock { turns in
            if turns[caller, default: Turn()].running < limit {
                turns[caller, default: Turn()].running += 1
                return true
            }
            turns[caller, default: Turn()].waiting.append(job)
            return false
        }
    }

    /// Ends a job that has begun. Returns the next job of the caller, which has begun then.
    func next(after caller: UserID) -> DatabaseJob? {
        turns.withLock { turns in
            guard turns[caller]?.waiting.isEmpty == false else {
                turns[caller]?.running -= 1
                if turns[caller]?.running == 0 { turns[caller] = nil }
                return nil
            }
            return turns[caller]?.waiting.removeFirst()
        }
    }
}
