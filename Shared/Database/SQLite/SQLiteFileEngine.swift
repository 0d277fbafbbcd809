import Threads

/// SQLite in a file: one thread writes, one thread scans, and reads run on the caller's thread.
final class SQLiteFileEngine: DatabaseEngine {
    private let environment: Environment
    private let transactions: JobQueue
    private let scans: JobQueue
    private let scanning: SQLiteConnection
    private let writing: SQLiteConnection
    /// The read connections that no thread is using. Each reading thread uses one. Nil if the engine is closed.
    private let idleReaders = Lock<[SQLiteConnection]?>([])
    private let lock: Lock<FileLock?>
    private let path: String

    init(_ path: String, _ migrations: [Migration], _ environment: Environment) throws {
        self.environment = environment
        let opened = try SQLiteFile(path, migrations, environment)
        self.path = opened.lock.path
        lock = Lock(opened.lock)
        writing = opened.writing
        scanning = try DatabaseError.naming(self.path) {
            try SQLiteConnection(file: opened.lock.path, isWriting: false, environment.limits.fileSystem)
        }
        transactions = JobQueue(limit: environment.limits.waiting, joining: environment.limits.joining)
        scans = JobQueue(limit: environment.limits.waitingScans)
        guard startWriting(), startScanning() else {
            transactions.close()
            throw DatabaseError.noThread
        }
    }

    func start(_ job: DatabaseJob) {
        switch job.kind {
        case .transaction: transactions.add(job, environment, joining: job.joinsOthers)
        case .scan: scans.add(job, environment)
        case .read, .query:
            read(job)
            job.finish()
        }
    }

    /// A read takes microseconds, so it does not wait for another thread.
    private func read(_ job: DatabaseJob) {
        do {
            let idle = try idleReaders.withLock { idle in
                guard idle != nil else { throw DatabaseError.closed }
                return idle!.popLast()
            }
            let connection = try idle ?? SQLiteConnection(file: path, isWriting: false, environment.limits.fileSystem)
            connection.read(job, environment)
            idleReaders.withLock { idle in
                if let count = idle?.count, count < environment.limits.idleReaders { idle!.append(connection) }
            }
        } catch {
            job.problem = error
        }
    }

    func close() async {
        idleReaders.withLock { $0 = nil }
        transactions.close()
        scans.close()
        await transactions.finished()
        await scans.finished()
        scanning.close()
        // The last connection moves the log into the file, which requires that no other one is open.
        writing.closeMarked(isDamaged: environment.hasSeenDamage)
        lock.withLock { $0 = nil }
    }

    var waitingCount: Int { transactions.waitingCount }

    private func startWriting() -> Bool {
        transactions.startThread { [writing, transactions, environment] in
            let limits = environment.limits
            let writer = SQLiteWriter(writing, environment)
            var waiting: [DatabaseJob] = []
            while let first = transactions.next() {
                writer.run(first)
                // Jobs that arrive while the group runs join it, because the commit is the expensive part.
                repeat {
                    waiting.removeAll(keepingCapacity: true)
                    transactions.takeWaiting(into: &waiting, limit: limits.group - writer.groupCount)
                    for job in waiting { writer.run(job) }
                } while !waiting.isEmpty && writer.groupCount < limits.group && writer.groupAge < limits.groupDuration
                transactions.takeJoining(into: &waiting)
                for job in waiting { writer.run(job) }
                let count = writer.groupCount
                transactions.note(count, took: writer.commit())
            }
        }
    }

    private func startScanning() -> Bool {
        scans.startThread { [scanning, scans, environment] in
            while let job = scans.next() {
                scanning.read(job, environment)
                job.finish()
            }
        }
    }
}
