/// Runs jobs: SQLite on its own threads, SQLite on the caller's thread, or PostgreSQL.
package protocol DatabaseEngine: Sendable {
    /// Runs the job. The job holds the outcome.
    func perform(_ job: DatabaseJob) async
    func close() async
    var waitingCount: Int { get }
}
