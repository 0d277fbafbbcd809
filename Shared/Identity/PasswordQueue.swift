import Kernel

/// The claim of a caller on a password check.
package struct PasswordTurn: Sendable {
    /// Callers of one network share their turns.
    package let network: String
    /// The bits of the puzzle that the caller solved. 0 if it solved none.
    package let effort: Int
    /// The time after which the caller no longer waits.
    package let deadline: Uptime

    package init(network: String, effort: Int = 0, deadline: Uptime) {
        self.network = network
        self.effort = effort
        self.deadline = deadline
    }
}

/// The order in which password checks run. Bounded.
///
/// The higher rank goes first. The rank is the effort in bits. It is one bit less for the second check of a network in the
/// queue, two for the third and fourth, three for the next four, and so on. So networks with equal effort take turns, and a
/// network with many checks must spend a multiple for each. Among equals, the first check of a network goes before its
/// second, then the earlier one.
struct PasswordQueue<Job> {
    private struct Entry {
        let id: UInt64
        let turn: PasswordTurn
        /// The checks of the same network that were waiting or running.
        let ahead: Int
        let job: Job

        private var rank: Int { turn.effort - (Int.bitWidth - ahead.leadingZeroBitCount) }

        func precedes(_ other: Entry) -> Bool {
            (other.rank, ahead, id) < (rank, other.ahead, other.id)
        }
    }

    let maximumCount: Int
    /// In their order.
    private var entries: [Entry] = []
    /// Waiting and running checks of each network.
    private var counts: [String: Int] = [:]

    init(maximumCount: Int) {
        self.maximumCount = maximumCount
    }

    var count: Int { entries.count }

    /// Adds a check. Returns the one for which there is no room: the last in the order, perhaps the new one.
    mutating func insert(_ job: Job, _ id: UInt64, _ turn: PasswordTurn) -> Job? {
        let entry = Entry(id: id, turn: turn, ahead: counts[turn.network, default: 0], job: job)
        entries.insert(entry, at: entries.firstIndex { entry.precedes($0) } ?? entries.endIndex)
        counts[turn.network, default: 0] += 1
        guard entries.count > maximumCount else { return nil }
        return remove(at: entries.endIndex - 1)
    }

    /// Takes a waiting check out.
    mutating func remove(_ id: UInt64) -> Job? {
        entries.firstIndex { $0.id == id }.map { remove(at: $0) }
    }

    /// Takes the first check out. Its network counts it until `finished`.
    mutating func next() -> (job: Job, turn: PasswordTurn)? {
        guard !entries.isEmpty else { return nil }
        let entry = entries.removeFirst()
        return (entry.job, entry.turn)
    }

    /// Takes out all checks.
    mutating func removeAll() -> [Job] {
        var jobs: [Job] = []
        while !entries.isEmpty { jobs.append(remove(at: 0)) }
        return jobs
    }

    mutating func finished(_ turn: PasswordTurn) {
        let left = counts[turn.network, default: 1] - 1
        counts[turn.network] = left > 0 ? left : nil
    }

    private mutating func remove(at index: Int) -> Job {
        let entry = entries.remove(at: index)
        finished(entry.turn)
        return entry.job
    }
}
