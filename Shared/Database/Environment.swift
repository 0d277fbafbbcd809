import Kernel
import Synchronization

/// The clock, the limits and the observer of an engine.
final class Environment: Sendable {
    let clock: any Clock
    let limits: DatabaseLimits
    /// SQLite: open a database that lost rows.
    let acceptsLoss: Bool
    /// The user for whom the current task works. Nil if it works for none.
    let caller: @Sendable () -> UserID?
    let observe: @Sendable (DatabaseEvent) -> Void
    private let last = Atomic<Int64>(.min)
    private let seeds = Atomic<UInt64>(0)
    private let damages = Atomic<Int>(0)

    init(
        clock: any Clock, limits: DatabaseLimits, acceptsLoss: Bool, caller: @escaping @Sendable () -> UserID?,
        observe: @escaping @Sendable (DatabaseEvent) -> Void
    ) {
        self.clock = clock
        self.limits = limits
        self.acceptsLoss = acceptsLoss
        self.caller = caller
        self.observe = observe
    }

    /// Returns the time of the clock, but never an earlier time than before. So a passed deadline stays passed, even if
    /// the clock steps back or several threads read it at once.
    func now() -> Timestamp {
        Timestamp(milliseconds: last.max(clock.now.milliseconds, ordering: .relaxed).newValue)
    }

    /// Records that SQLite found a damaged page.
    func noteDamage(_ error: DatabaseError) {
        damages.wrappingAdd(1, ordering: .relaxed)
        observe(.damaged(error))
    }

    var hasSeenDamage: Bool { damages.load(ordering: .relaxed) > 0 }

    /// Returns a different number for each call, and the same series in each run of a simulation.
    func nextSeed() -> UInt64 {
        seeds.wrappingAdd(1, ordering: .relaxed).newValue
    }
}

package struct DatabaseLimits: Sendable {
    /// Maximum of queued calls. The next call is refused with a time after which to retry.
    package var waiting = 16_384
    /// Maximum of queued scans and backups.
    package var waitingScans = 64
    /// SQLite: maximum of closures in one commit, and of the time that the first of them waits for others.
    package var group = 1024
    package var groupDuration = Duration.milliseconds(10)
    /// SQLite: the time that a closure waits for others to join. A busy database runs one within this time.
    package var joining = Duration.milliseconds(10)
    /// SQLite: maximum of read connections that stay open. Each event loop needs one.
    package var idleReaders = 16
    /// PostgreSQL: the number of connections for transactions and reads.
    package var connections = 16
    /// Maximum of attempts for one call, including the first.
    package var attempts = 12
    /// SQLite: maximum time for checking pages when opening a database that was not closed cleanly.
    package var startCheck = Duration.seconds(10)
    /// The time after which a program takes over a migration of another one that makes no progress.
    package var migrationPatience = Duration.seconds(60)
    /// The pause between two reports of a migration that takes long.
    package var migrationReport = Duration.seconds(10)
    /// SQLite: name of the file system (VFS) for the file. Nil means SQLite's default.
    package var fileSystem: String?

    package init() {}
}

/// An event inside a database, for log and metrics.
package enum DatabaseEvent: Sendable {
    /// `wrote` is false if the closures only read. `isDiskFull` is true if this write succeeded, but the disk has no
    /// room for an earlier one that failed.
    case committed(closures: Int, in: Duration, wrote: Bool = true, isDiskFull: Bool = false)
    /// A transaction failed, or the outcome of its commit is unknown.
    case failed(closures: Int, DatabaseError)
    /// A closure runs again.
    case retried(after: DatabaseError, attempt: Int)
    /// A call was refused before it was queued.
    case refused(DatabaseError)
    /// A migration begins. It may take a minute for a million rows.
    case migrating(String, number: Int, of: Int)
    /// A migration runs since a time, and does a step of it now.
    case stillMigrating(String, step: Int, of: Int, for: Duration)
    case migrated(String)
    case connected
    /// A page of a SQLite database is damaged. Values read from it may be wrong.
    case damaged(DatabaseError)
    /// A SQLite database that was not closed cleanly was checked.
    case checked(DatabaseCheck)
    /// A SQLite database that lost rows was opened with `acceptsLoss`. The text says what is missing.
    case acceptedLoss(String)
    /// The configuration is less durable than it could be. The text says what to change.
    case warned(String)
}
