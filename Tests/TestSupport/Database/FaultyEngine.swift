import Database
import Kernel
import Synchronization
import Threads

/// An engine around another one, which injects faults and edits statements. A simulation kills the program that uses it,
/// and passes the engine inside on to the next program.
package final class FaultyEngine: DatabaseEngine {
    /// The end of one run of a closure.
    private enum Ending {
        case asUsual
        case answerLost(DatabaseError)
    }

    private let inside: Lock<(any DatabaseEngine)?>
    private let faults: Faults
    private let isServer: Bool
    private let clock: any Clock
    private let observe: @Sendable (DatabaseEvent) -> Void
    private let latestTime = Atomic<Int64>(.min)

    init(
        around engine: any DatabaseEngine, isServer: Bool, _ faults: Faults, _ clock: any Clock,
        observe: @escaping @Sendable (DatabaseEvent) -> Void
    ) {
        inside = Lock(engine)
        self.isServer = isServer
        self.faults = faults
        self.clock = clock
        self.observe = observe
    }

    /// Returns the engine inside. All later calls fail.
    func kill() -> any DatabaseEngine {
        guard let engine = inside.withLock({ $0.take() }) else { preconditionFailure("it is killed already") }
        return engine
    }

    package func start(_ job: DatabaseJob) {
        guard let engine = inside.withLock({ $0 }) else {
            job.problem = DatabaseError(.closed, "the database is closed")
            return job.finish()
        }
        let ending = Lock(Ending.asUsual)
        let wrapped = SessionJob(job.kind, deadline: job.deadline) { [self] wrapped, session, _ in
            job.prepareRerun()
            if job.kind != .query { faults.countBorders() }
            let session = FaultySession(session, faults, isServer: isServer, isWriting: job.kind == .transaction)
            let isKept = job.run(on: session, now: now())
            (wrapped.problem, wrapped.failure) = (job.problem, job.failure)
            guard isKept, job.kind == .transaction else { return isKept }
            return commits(wrapped, session) { end in ending.withLock { $0 = end } }
        } finished: { wrapped in
            job.problem = wrapped.problem
            if job.problem == nil, case .answerLost(let error) = ending.withLock({ $0 }) { job.problem = error }
            job.finish()
        }
        engine.start(wrapped)
    }

    /// Returns false if the transaction must be undone.
    private func commits(_ job: DatabaseJob, _ session: FaultySession, _ end: (Ending) -> Void) -> Bool {
        switch faults.next(.commit) {
        case nil: return !faults.forgets(session.texts)
        case .answerLost: end(.answerLost(Faults.Fault.answerLost.error(at: .commit)))
        case .connectionLost where isServer: session.cut()
        case .some(let fault):
            let error = fault.error(at: .commit)
            job.problem = error
            observe(.failed(closures: 1, error))
            return false
        }
        return true
    }

    /// The time of this program. It never steps back.
    private func now() -> Timestamp {
        Timestamp(milliseconds: latestTime.max(clock.now.milliseconds, ordering: .relaxed).newValue)
    }

    package func close() async { await inside.withLock { $0 }?.close() }
    package var waitingCount: Int { inside.withLock { $0?.waitingCount ?? 0 } }
}

/// A session whose statements are edited and may fail.
private final class FaultySession: DatabaseSession {
    /// Makes the server end the connection of this session.
    private static let terminate: Statement = "select pg_terminate_backend(pg_backend_pid())"

    private let session: any DatabaseSession
    private let faults: Faults
    private let isServer: Bool
    private let isWriting: Bool
    /// The statements so far.
    private(set) var texts: [String] = []

    init(_ session: any DatabaseSession, _ faults: Faults, isServer: Bool, isWriting: Bool) {
        self.session = session
        self.faults = faults
        self.isServer = isServer
        self.isWriting = isWriting
    }

    func cut() {
        try? session.execute(Self.terminate, { _ in }, expected: nil)
    }

    /// Returns the statement to run. Throws the fault of this statement.
    private func next(_ statement: Statement) throws(DatabaseError) -> Statement {
        texts.append(statement.description)
        switch faults.next(.statement) {
        case nil: break
        case .connectionLost where isServer: cut()
        case .some(let fault): throw fault.error(at: .statement)
        }
        return faults.edited(statement)
    }

    var isOnlyWriter: Bool { session.isOnlyWriter }
    var serverRun: String { faults.serverRun(isWriting: isWriting) ?? session.serverRun }
    func begin() throws(DatabaseError) { try session.begin() }
    func commit() throws(DatabaseError) { try session.commit() }
    func rollback() { session.rollback() }
    func checkTransaction() throws(DatabaseError) -> Bool { try session.checkTransaction() }
    func script(_ sql: String) throws(DatabaseError) { try session.script(sql) }
    func backup(to path: String) throws { try session.backup(to: path) }

    func query(
        _ statement: Statement, _ bind: (Binder) -> Void, limit: Int, _ body: (borrowing Row) -> Bool
    ) throws(DatabaseError) {
        try session.query(try next(statement), bind, limit: limit, body)
    }

    func execute(_ statement: Statement, _ bind: (Binder) -> Void, expected: Int?) throws(DatabaseError) {
        try session.execute(try next(statement), bind, expected: expected)
    }

    func send(
        _ statement: Statement, _ bind: (Binder) -> Void, limit: Int, to answer: PendingAnswer
    ) throws(DatabaseError) {
        try session.send(try next(statement), bind, limit: limit, to: answer)
    }

    func send(
        _ update: RowUpdate, key: (Binder) -> Void, _ bind: (Binder) -> Void, to answer: PendingAnswer
    ) throws(DatabaseError) {
        _ = try next(update.returning)
        try session.send(update, key: key, bind, to: answer)
    }

    func receive() throws(DatabaseError) { try session.receive() }

    func executeCounting(_ statement: Statement, _ bind: (Binder) -> Void) throws(DatabaseError) -> Int {
        try session.executeCounting(try next(statement), bind)
    }
}

extension Database {
    /// Opens a database with faults.
    package convenience init(
        url: String, migrations: [Migration], clock: any Clock, limits: DatabaseLimits = DatabaseLimits(),
        faults: Faults, observe: @escaping @Sendable (DatabaseEvent) -> Void = { _ in }
    ) throws {
        try self.init(url: url, migrations: migrations, clock: clock, limits: limits, observe: observe) { engine in
            FaultyEngine(around: engine, isServer: url.hasPrefix("postgres"), faults, clock, observe: observe)
        }
    }
}

/// A database in memory whose program can be killed.
package struct KillableDatabase: Sendable {
    package let database: Database
    private let engine: FaultyEngine
    private let faults: Faults

    package init(
        _ migrations: [Migration], clock: any Clock, faults: Faults = Faults(),
        observe: @escaping @Sendable (DatabaseEvent) -> Void = { _ in }
    ) throws {
        try self.init(migrations, clock, faults, observe) { $0 }
    }

    private init(
        _ migrations: [Migration], _ clock: any Clock, _ faults: Faults,
        _ observe: @escaping @Sendable (DatabaseEvent) -> Void, _ select: (any DatabaseEngine) -> any DatabaseEngine
    ) throws {
        var faulty: FaultyEngine!
        database = try Database(
            url: "sqlite::memory:", migrations: migrations, clock: clock, observe: observe
        ) { engine in
            faulty = FaultyEngine(around: select(engine), isServer: false, faults, clock, observe: observe)
            return faulty
        }
        engine = faulty
        self.faults = faults
    }

    /// Kills the program that uses the database, and opens the database for the next program. The rows stay.
    package func killed(
        clock: any Clock, observe: @escaping @Sendable (DatabaseEvent) -> Void = { _ in }
    ) throws -> KillableDatabase {
        try KillableDatabase([], clock, faults, observe) { _ in engine.kill() }
    }
}
