import Kernel
import Threads

/// PostgreSQL, or a server with its protocol. Each connection has a thread and runs one transaction at a time. The
/// server lets simultaneous commits share a sync.
final class PostgreSQLEngine: DatabaseEngine {
    private let url: String
    private let environment: Environment
    private let connector: PostgreSQLConnector
    private let calls: JobQueue
    private let scans: JobQueue
    private let threads: Latch

    init(_ url: String, _ migrations: [Migration], _ environment: Environment) throws {
        self.url = url
        self.environment = environment
        connector = PostgreSQLConnector(url, environment)
        calls = JobQueue(limit: environment.limits.waiting)
        scans = JobQueue(limit: environment.limits.waitingScans)
        threads = Latch(threads: environment.limits.connections + 1)
        do {
            let connection = try connector.open()
            let name = SecretURL.withoutPassword(url)
            try Migrator(migrations: migrations, url: name, environment: environment) { $0.postgreSQL }.run(
                on: connection)
        } catch let error as DatabaseError {
            throw DatabaseError(error.reason, "\(SecretURL.withoutPassword(url)): \(error.message)")
        }
        var isStarted = startWorking(off: scans)
        for _ in 0..<environment.limits.connections where isStarted { isStarted = startWorking(off: calls) }
        guard isStarted else {
            calls.close()
            scans.close()
            throw DatabaseError.noThread
        }
    }

    private func startWorking(off queue: JobQueue) -> Bool {
        let worker = PostgreSQLWorker(connector, environment)
        return Thread.start { [threads, environment] in
            while let job = queue.next() { queue.note(environment.limits.connections, took: worker.run(job)) }
            threads.threadEnded()
        }
    }

    func perform(_ job: DatabaseJob) async {
        await (job.kind == .scan ? scans : calls).perform(job, environment)
    }

    func backup(to path: String) async throws {
        throw DatabaseError.backupOfServer(url, to: path)
    }

    func close() async {
        calls.close()
        scans.close()
        await threads.wait()
    }

    var waitingCount: Int { calls.waitingCount }
}

extension DatabaseError {
    static func backupOfServer(_ url: String, to path: String) -> DatabaseError {
        DatabaseError(
            .misuse,
            """
            use PostgreSQL's own tool for a backup: \
            pg_dump --format=custom --file=\(path) '\(SecretURL.withoutPassword(url))'
            """)
    }
}
