import Kernel
import Synchronization
import Threads

/// The calls in flight and open streams of one caller: of a user on all connections, or of the calls without a
/// credential on one connection.
final class CallerLoad: Sendable {
    final class Counts: Sendable {
        let inFlight = Atomic(0)
        let streamCount = Atomic(0)
    }

    let counts: Counts
    /// The user whose counts are shared, and their table. Nil for calls without a credential.
    private let user: (id: UserID, table: UserLoads)?

    /// For the calls without a credential.
    init() {
        counts = Counts()
        user = nil
    }

    fileprivate init(_ counts: Counts, of user: UserID, in table: UserLoads) {
        self.counts = counts
        self.user = (user, table)
    }

    deinit {
        if let user { user.table.release(user.id) }
    }
}

/// The counts of each user with a `CallerLoad`: on a connection that has seen the user's credential, or in a call.
final class UserLoads: Sendable {
    private struct Entry {
        let counts = CallerLoad.Counts()
        var holders = 0

        mutating func hold() -> CallerLoad.Counts {
            holders += 1
            return counts
        }
    }

    private let entries = Lock<[UserID: Entry]>([:])

    func load(of user: UserID) -> CallerLoad {
        CallerLoad(entries.withLock { $0[user, default: Entry()].hold() }, of: user, in: self)
    }

    fileprivate func release(_ user: UserID) {
        entries.withLock { entries in
            guard let index = entries.index(forKey: user) else { return }
            entries.values[index].holders -= 1
            if entries.values[index].holders == 0 { entries.remove(at: index) }
        }
    }
}
