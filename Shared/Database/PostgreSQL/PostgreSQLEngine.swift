import Kernel

/// PostgreSQL, or a server with its protocol. Each connection has a thread and runs one transaction at a time. The
/// server lets simultaneous commits share a sync.
final class PostgreSQLEngine: DatabaseEngine {
    private let environment: Environment
    private let connector: PostgreSQLConnector
    private let calls: JobQueue
    private let scans: JobQueue

    init(_ url: String, _ migrations: [Migration], _ environment: Environment) throws {
        self.environment = environment
        connector = PostgreSQLConnector(url, environment)
        calls = JobQueue(limit: environment.limits.waiting)
        scans = JobQueue(limit: environment.limits.waitingScans)
        let name = SecretURL.withoutPassword(url)
        try DatabaseError.naming(name) {
            let migrator = Migrator(migrations: migrations, url: name, environment: environment) { $0.postgreSQL }
            try migrator.run(on: connector.open())
        }
        let queues = [scans] + Array(repeating: calls, count: environment.limits.connections)
        guard queues.allSatisfy(startWorking) else {
            calls.close()
            scans.close()
            throw DatabaseError.noThread
        }
    }

    private func startWorking(off queue: JobQueue) -> Bool {
        let worker = PostgreSQLWorker(connector, environment)
        return queue.startThread { [environment] in
            while let job = queue.next() { queue.note(environment.limits.connections, took: worker.run(job)) }
        }
    }

    func start(_ job: DatabaseJob) {
        (job.kind == .scan ? scans : calls).add(job, environment)
    }

    func close() async {
        calls.close()
        scans.close()
        await calls.finished()
        await scans.finished()
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
