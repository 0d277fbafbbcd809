import Kernel

/// Runs closures on the connection that writes, many in one transaction. Each is undone alone if it fails. All callers
/// resume after the commit is on the disk.
///
///     begin immediate ─▶ closure, closure, … ─▶ commit (one sync) ─▶ resume all callers
///
/// A refused closure waits for the commit, too, because it may have read rows that the others wrote.
///
/// The closures of a *block* have one undo point. If one of them fails after a write, the block is undone. Its closures
/// then run again, each with its own undo point. So a closure runs at most twice in a group. The one that failed runs
/// again, too, because it may have read rows that are undone now.
final class SQLiteWriter {
    private static let longestBlock = 32
    /// The number of blocks of one length that must be kept before the next ones are longer.
    private static let blocksOfOneLength = 4

    private let connection: SQLiteConnection
    private let environment: Environment
    private var group: [DatabaseJob] = []
    /// The index in `group` of the first closure of the block.
    private var blockStart = 0
    /// The length of a block is 1 after a failure. It grows by 1 after every fourth block that is kept. So at most a
    /// third of the closures run twice, whichever fail. If few fail, there are few savepoints.
    private var blockLength = 1
    /// The number of kept blocks of this length.
    private var keptBlocks = 0
    private var start = Uptime(nanoseconds: 0)
    /// True if no commit has written since the log was emptied on a full disk.
    private var isLogEmptied = false

    init(_ connection: SQLiteConnection, _ environment: Environment) {
        self.connection = connection
        self.environment = environment
    }

    var groupCount: Int { group.count }

    /// The time since the first closure of the group started.
    var groupAge: Duration { group.isEmpty ? .zero : environment.clock.uptime - start }

    func run(_ job: DatabaseJob) {
        guard !job.isLate(environment.clock) else { return job.finish() }
        if group.isEmpty {
            start = environment.clock.uptime
            do throws(DatabaseError) {
                try connection.begin()
            } catch {
                environment.observe(.failed(closures: 1, error))
                job.problem = error
                return job.finish()
            }
        }
        group.append(job)
        do throws(DatabaseError) {
            if try !isKept(job) {
                try repeatBlock()
            } else if group.count - blockStart >= blockLength {
                noteKeptBlock()
                try beginBlock()
            }
        } catch {
            failGroup(error)
            finishGroup()
        }
    }

    /// Runs the closure. Returns false if it has written and its writes must be undone. Throws if the transaction is lost.
    private func isKept(_ job: DatabaseJob) throws(DatabaseError) -> Bool {
        connection.closureHasWritten = false
        let isKept = job.run(on: connection, now: environment.now())
        // For example, SQLite rolls back the whole transaction if the disk is full.
        guard connection.isInTransaction else {
            throw job.failure ?? DatabaseError(.unavailable, "SQLite rolled back the transaction")
        }
        if let failure = job.failure, failure.isStorageFailure {
            if failure.reason == .diskFull { connection.noteFullDisk() }
            environment.observe(.failed(closures: 1, failure))
            if failure.reason == .damaged { environment.noteDamage(failure) }
        }
        return isKept || !connection.closureHasWritten
    }

    /// Undoes the block. If the closure that failed is not its only one, runs the block again.
    private func repeatBlock() throws(DatabaseError) {
        (blockLength, keptBlocks) = (1, 0)
        try connection.undo()
        let block = group[blockStart...]
        for job in block where block.count > 1 {
            try connection.setUndoPoint()
            job.prepareRerun()
            if try !isKept(job) { try connection.undo() }
        }
        try beginBlock()
    }

    private func noteKeptBlock() {
        keptBlocks += 1
        guard keptBlocks == Self.blocksOfOneLength else { return }
        (blockLength, keptBlocks) = (min(blockLength + 1, Self.longestBlock), 0)
    }

    private func beginBlock() throws(DatabaseError) {
        try connection.setUndoPoint()
        blockStart = group.count
    }

    /// Commits the group and resumes its callers. Returns the time since its first closure started.
    @discardableResult
    func commit() -> Duration {
        if group.isEmpty { return .zero }
        do throws(DatabaseError) {
            let wrote = connection.hasWritten
            try connection.commit()
            if wrote { isLogEmptied = false }
            environment.observe(
                .committed(
                    closures: group.count, in: groupAge, wrote: wrote, isDiskFull: wrote && connection.isDiskFull))
        } catch {
            failGroup(error)
        }
        defer { finishGroup() }
        return groupAge
    }

    private func failGroup(_ cause: DatabaseError) {
        connection.rollback()
        if cause.reason == .damaged { environment.noteDamage(cause) }
        let retry = logEmptied(after: cause)
        if let retry {
            environment.observe(.warned(retry.message))
        } else {
            environment.observe(.failed(closures: group.count, cause))
        }
        for job in group { job.problem = retry ?? cause }
    }

    /// After a full disk, empties the log. Returns the error after which the closures run again. Nil if that freed too
    /// little space. Also nil if nothing was written since the last time, because then the closures themselves filled
    /// the log.
    private func logEmptied(after error: DatabaseError) -> DatabaseError? {
        guard error.reason == .diskFull, !error.mayHaveCommitted else { return nil }
        let freed = connection.emptyLog()
        connection.noteFullDisk()
        defer { isLogEmptied = true }
        guard freed >= SQLiteConnection.worthwhileBytes, !isLogEmptied else { return nil }
        return DatabaseError(
            .unavailable, "the disk was full, and emptying the log freed some space: free more. \(error.message)")
    }

    private func finishGroup() {
        for job in group { job.finish() }
        group.removeAll(keepingCapacity: true)
        blockStart = 0
    }
}
