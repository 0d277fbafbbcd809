import CSQLite
import Kernel
import Threads

/// SQLite in a file: one thread writes, one thread scans, and reads run on the caller's thread.
final class SQLiteFileEngine: DatabaseEngine {
    private let environment: Environment
    private let transactions: JobQueue
    private let scans: JobQueue
    private let readers: SQLiteReaders
    private let scanning: SQLiteConnection
    private let writing: SQLiteConnection
    private let lock: Lock<FileLock?>
    private let threads = Latch(threads: 2)

    init(_ path: String, _ migrations: [Migration], _ environment: Environment) throws {
        self.environment = environment
        let opened = try SQLiteFile(path, migrations, environment)
        let path = opened.lock.path
        lock = Lock(opened.lock)
        writing = opened.writing
        readers = SQLiteReaders(path, environment)
        transactions = JobQueue(limit: environment.limits.waiting)
        scans = JobQueue(limit: environment.limits.waitingScans)
        do {
            scanning = try SQLiteConnection(file: path, isWriting: false, environment.limits.fileSystem)
        } catch let error as DatabaseError {
            throw DatabaseError(error.reason, "\(path): \(error.message)")
        }
        guard startWriting(), startScanning() else {
            transactions.close()
            throw DatabaseError.noThread
        }
    }

    func perform(_ job: DatabaseJob) async {
        if job.kind == .read { return readers.perform(job) }
        await (job.kind == .scan ? scans : transactions).perform(job, environment)
    }

    func backup(to path: String) async throws {
        let job = SessionJob(.scan) { _, session, _ in
            try (session as! SQLiteConnection).backup(to: path)
            return true
        }
        await perform(job)
        switch job.problem {
        case nil: return
        case .thrown(let error): throw error
        case .transient(let error): throw error
        }
    }

    func close() async {
        readers.close()
        transactions.close()
        scans.close()
        await threads.wait()
        scanning.close()
        // The last connection moves the log into the file, which requires that no other one is open.
        writing.closeMarked(isDamaged: environment.hasSeenDamage)
        lock.withLock { $0 = nil }
    }

    var waitingCount: Int { transactions.waitingCount }

    private func startWriting() -> Bool {
        let limits = environment.limits
        return Thread.start { [writing, transactions, threads, environment] in
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
                let count = writer.groupCount
                transactions.note(count, took: writer.commit())
            }
            threads.threadEnded()
        }
    }

    private func startScanning() -> Bool {
        Thread.start { [scanning, scans, threads, environment] in
            while let job = scans.next() {
                scanning.read(job, environment)
                job.finish()
            }
            threads.threadEnded()
        }
    }
}
