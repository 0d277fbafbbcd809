import Kernel

/// PostgreSQL, or a server with its protocol. Each connection has a thread and runs one transaction at a time. The
/// server lets simultaneous commits share a sync.
final class PostgreSQLEngine: DatabaseEngine {
    private let environment: Environment
    private let connector: PostgreSQLConnector
    private let calls: JobQueue
    private let scans: JobQueue
    private let turns: CallerTurns

    init(_ url: String, _ migrations: [Migration], _ environment: Environment) throws {
        self.environment = environment
        connector = PostgreSQLConnector(url, environment)
        calls = JobQueue(limit: environment.limits.waiting)
        scans = JobQueue(limit: environment.limits.waitingScans)
        turns = CallerTurns(connections: environment.limits.connections)
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
        return queue.startThread { [self] in
            while let job = queue.next() {
                // The caller may run the job again as soon as it is finished.
                let caller = job.caller
                queue.note(environment.limits.connections, took: worker.run(job))
                if let caller { startNext(after: caller) }
            }
        }
    }

    func start(_ job: DatabaseJob) {
        if job.kind == .scan {
            scans.add(job, environment)
            return
        }
        job.caller = environment.caller()
        guard let caller = job.caller else {
            calls.add(job, environment)
            return
        }
        if turns.begin(job, of: caller), !calls.add(job, environment) { startNext(after: caller) }
    }

    /// Starts the next job of a caller, or the one after it if the queue refuses the job.
    private func startNext(after caller: UserID) {
        while let next = turns.next(after: caller), !calls.add(next, environment) {}
    }

    func close() async {
        calls.close()
        scans.close()
        await calls.finished()
        await scans.finished()
    }

    var waitingCount: Int { calls.waitingCount }
}

extension PostgreSQLConnection {
    func backup(to path: String) throws {
        throw DatabaseError.backupOfServer(link.url, to: path)
    }
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
