/// Runs jobs: SQLite on its own threads, SQLite on the caller's thread, or PostgreSQL.
package protocol DatabaseEngine: Sendable {
    /// Runs the job, now or later, and finishes it. The job has the outcome.
    func start(_ job: DatabaseJob)
    func close() async
    var waitingCount: Int { get }
}
