/// What runs jobs: SQLite on threads of its own, SQLite on the caller's thread, or PostgreSQL.
protocol Engine: Sendable {
    /// Returns when the job is done; what came of it is in the job.
    func perform(_ job: Job) async
    func backup(to path: String) async throws
    func close() async
    var waitingCount: Int { get }
}
