/// Runs jobs: SQLite on its own threads, SQLite on the caller's thread, or PostgreSQL.
protocol Engine: Sendable {
    /// Runs the job. The job holds the outcome.
    func perform(_ job: Job) async
    func backup(to path: String) async throws
    func close() async
    var waitingCount: Int { get }
}
