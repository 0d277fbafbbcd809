import Kernel
import Synchronization

/// What an engine needs from outside.
final class Environment: Sendable {
    let clock: any Clock
    let limits: DatabaseLimits
    let faults: Faults?
    /// SQLite: start without what the mark says is lost.
    let acceptsLoss: Bool
    let observe: @Sendable (DatabaseEvent) -> Void
    private let last = Atomic<Int64>(.min)
    private let seeds = Atomic<UInt64>(0)
    private let damages = Atomic<Int>(0)

    init(
        clock: any Clock, limits: DatabaseLimits, faults: Faults?, acceptsLoss: Bool = false,
        observe: @escaping @Sendable (DatabaseEvent) -> Void
    ) {
        self.clock = clock
        self.limits = limits
        self.faults = faults
        self.acceptsLoss = acceptsLoss
        self.observe = observe
    }

    /// The time of the clock, but never below the last one used: deadlines that have passed stay passed with a clock that
    /// steps back, and with threads that read it at the same moment.
    func now() -> Timestamp {
        Timestamp(milliseconds: last.max(clock.now.milliseconds, ordering: .relaxed).newValue)
    }

    /// SQLite found a damaged page.
    func noteDamage(_ error: DatabaseError) {
        damages.wrappingAdd(1, ordering: .relaxed)
        observe(.damaged(error))
    }

    var hasSeenDamage: Bool { damages.load(ordering: .relaxed) > 0 }

    /// Different for each call, the same in each run of a simulation.
    func nextSeed() -> UInt64 {
        seeds.wrappingAdd(1, ordering: .relaxed).newValue
    }
}

/// The bounds of one open database.
package struct DatabaseLimits: Sendable {
    /// Calls that wait for their turn; one more is refused with a time to come back.
    package var waiting = 16_384
    /// Scans and backups that wait for the reader thread.
    package var waitingScans = 64
    /// SQLite: closures in one commit, and how long the first of them waits for more.
    package var group = 1024
    package var groupDuration = Duration.milliseconds(10)
    /// SQLite: read connections that are kept open; a loop needs one.
    package var idleReaders = 16
    /// PostgreSQL: connections that work at once.
    package var connections = 16
    /// How often one call is tried, the first time included.
    package var attempts = 12
    /// SQLite: how long a start checks the pages of a database that was not closed cleanly.
    package var startCheck = Duration.seconds(10)

    package init() {}
}

/// What happens inside a database, for log and metrics.
package enum DatabaseEvent: Sendable {
    /// `wrote` is false if the closures only asked.
    case committed(closures: Int, in: Duration, wrote: Bool = true)
    /// A transaction that was to be committed was not, or nobody knows.
    case failed(closures: Int, DatabaseError)
    /// A closure runs again.
    case again(after: DatabaseError, attempt: Int)
    /// A call was not even queued.
    case refused(DatabaseError)
    case migrated(String)
    case connected
    /// A page of a SQLite database is damaged. What was read of it is not to be trusted.
    case damaged(DatabaseError)
    /// A SQLite database that was not closed cleanly was checked.
    case checked(DatabaseCheck)
    /// An operator started a SQLite database without what is lost of it; the text says what.
    case acceptedLoss(String)
    /// The database keeps less than it could: a sentence for the operator.
    case warned(String)
}
