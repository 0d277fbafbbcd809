import CPostgreSQL
import Glibc

/// Runs transactions over one link. Statements whose answer is not needed yet are sent together with the next one that
/// waits for its answer.
///
/// Sound to share: only the thread that owns the connection uses it.
final class PostgreSQLConnection: DatabaseSession, @unchecked Sendable {
    /// Maximum of outstanding answers. If they filled the buffers of both ends, both would wait for each other.
    private static let outstandingLimit = 64

    /// Makes a transaction that writes nothing wait for the standby: it writes an empty message to the log. An operator or a crash
    /// may have ended the wait of the transaction that wrote the rows. Without its own wait, this transaction would acknowledge
    /// rows that a fail-over loses.
    private static let standbyWait: Statement =
        "select pg_logical_emit_message(true, 'onsale', '') where pg_current_xact_id_if_assigned() is null"
    private static let beginWriting: Statement = "begin isolation level read committed"
    private static let beginReading: Statement = "begin isolation level repeatable read read only"
    private static let commit: Statement = "commit"
    private static let rollback: Statement = "rollback"

    /// An answer that the server has not sent yet.
    private enum Outstanding {
        case preparation(PostgreSQLStatement)
        case execution
        /// A statement that must change this number of rows.
        case change(Statement, Int)
        /// The rows of a query that waits for them.
        case rows
        case later(Statement, limit: Int, PendingAnswer)
        case commit
        case synchronization
    }

    let isOnlyWriter = false
    let link: PostgreSQLLink
    private var pending: [Outstanding] = []
    private var phase = PostgreSQLPhase.writing
    /// True after an error that another server may not have.
    private var needsOtherServer = false
    private let parameters = PostgreSQLParameters()
    private var statements = PostgreSQLStatements()
    var serverRun: String { link.server.run }

    init(_ link: PostgreSQLLink) {
        self.link = link
    }

    /// False if the link is lost or in an unknown state, or if another server is needed.
    var isUsable: Bool { link.isAlive && pending.isEmpty && !needsOtherServer && link.takesWrites }

    func checkTransaction() throws(DatabaseError) -> Bool {
        synchronize()  // Only then does the server say it.
        try receivePending()
        return link.isInTransaction
    }

    // MARK: - One transaction

    func begin() throws(DatabaseError) {
        phase = .writing
        try send(Self.beginWriting, .execution)
    }

    func beginReading() throws(DatabaseError) {
        phase = .reading
        try send(Self.beginReading, .execution)
    }

    /// Begins one query outside of a transaction. `endQuery` follows.
    func beginQuery() { phase = .reading }

    func endQuery() {
        guard link.isAlive else { return }
        synchronize()
        _ = try? receivePending()
    }

    func commit() throws(DatabaseError) {
        // `executeOne` must fail before the commit is sent, not after.
        if pending.contains(where: { if case .change = $0 { true } else { false } }) {
            try receive()
        }
        if link.server.hasSynchronousStandby { try send(Self.standbyWait, .execution) }
        try send(Self.commit, .commit)
        synchronize()
        do throws(DatabaseError) {
            try receivePending()
        } catch {
            // If the link is lost, the commit may have succeeded.
            throw error.afterUnknownCommit(!link.isAlive)
        }
    }

    func rollback() {
        guard link.isAlive else { return }
        synchronize()  // After an error the server skips all statements until it receives this.
        try? send(Self.rollback, .execution)
        synchronize()
        _ = try? receivePending()
    }

    // MARK: - Statements

    func query(
        _ statement: Statement, _ bind: (Binder) -> Void, limit: Int, _ body: (borrowing Row) -> Bool
    ) throws(DatabaseError) {
        try send(statement, .rows, bind)
        link.flush()
        try receivePending()
        if limit == .max { PQsetSingleRowMode(link.handle) }
        _ = try receiveRows(statement, limit: limit, body)
    }

    func send(
        _ statement: Statement, _ bind: (Binder) -> Void, limit: Int, to answer: PendingAnswer
    ) throws(DatabaseError) {
        try send(statement, .later(statement, limit: limit, answer), bind)
        try limitOutstanding()
    }

    func send(
        _ update: RowUpdate, key: (Binder) -> Void, _ bind: (Binder) -> Void, to answer: PendingAnswer
    ) throws(DatabaseError) {
        let bindAll = { (binder: Binder) in
            key(binder)
            bind(binder)
        }
        try send(update.returning, bindAll, limit: 1, to: answer)
    }

    func receive() throws(DatabaseError) {
        guard !pending.isEmpty else { return }
        link.flush()
        try receivePending()
    }

    func execute(_ statement: Statement, _ bind: (Binder) -> Void, expected: Int?) throws(DatabaseError) {
        try send(statement, expected.map { .change(statement, $0) } ?? .execution, bind)
        try limitOutstanding()
    }

    private func limitOutstanding() throws(DatabaseError) {
        if pending.count >= Self.outstandingLimit { try receive() }
    }

    func executeCounting(_ statement: Statement, _ bind: (Binder) -> Void) throws(DatabaseError) -> Int {
        try send(statement, .execution, bind)
        link.flush()
        return try receivePending()
    }

    func script(_ sql: String) throws(DatabaseError) {
        guard PQsendQueryParams(link.handle, sql, 0, nil, nil, nil, nil, 1) == 1 else { throw lost }
        pending.append(.execution)
        synchronize()
        try receivePending()
    }

    // MARK: - Sending

    private func send(
        _ statement: Statement, _ answer: Outstanding, _ bind: (Binder) -> Void = { _ in }
    ) throws(DatabaseError) {
        parameters.removeAll()
        bind(parameters)
        let (prepared, isNew) = try statements.find(statement, parameters.types)
        if isNew {
            let count = Int32(prepared.types.count)
            guard PQsendPrepare(link.handle, prepared.name, prepared.text, count, prepared.types) == 1 else {
                throw lost
            }
            pending.append(.preparation(prepared))
        }
        let isSent = parameters.send { count, values, lengths, formats in
            PQsendQueryPrepared(link.handle, prepared.name, count, values, lengths, formats, 1)
        }
        guard isSent == 1 else { throw lost }
        pending.append(answer)
    }

    private func synchronize() {
        link.synchronize()
        pending.append(.synchronization)
    }

    // MARK: - Receiving

    /// Receives all pending answers, except the rows of a query. Throws the first error among them. Returns the row
    /// count of the last answer.
    @discardableResult
    private func receivePending() throws(DatabaseError) -> Int {
        var first: DatabaseError?
        var count = 0
        for (index, answer) in pending.enumerated() {
            if case .rows = answer, index == pending.count - 1, first == nil { break }
            do throws(DatabaseError) {
                count = try receive(answer)
            } catch {
                first = first ?? error
            }
        }
        pending.removeAll(keepingCapacity: true)
        if let first { throw first }
        return count
    }

    private func receive(_ answer: Outstanding) throws(DatabaseError) -> Int {
        if case .commit = answer { return try receiveCommit() }
        if case .later(let statement, let limit, let answer) = answer {
            answer.count = try receiveRows(statement, limit: limit) { row in answer.take?(row) ?? false }
            answer.hasArrived = true
            return answer.count
        }
        guard let result = link.nextResult() else { throw lost }
        defer { PQclear(result) }
        if case .synchronization = answer {
            guard PQresultStatus(result) == PGRES_PIPELINE_SYNC else { throw lost }
            return 0
        }
        skipResult()
        let status = PQresultStatus(result)
        guard status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK else {
            if case .preparation(let statement) = answer { statement.isRefused = true }
            throw serverError(result, during: phase)
        }
        let count = strtol(PQcmdTuples(result), nil, 10)
        if case .change(let statement, let expected) = answer, count != expected {
            throw .unexpected(count, of: expected, statement)
        }
        return count
    }

    /// Passes the rows of the next result to `body` until it returns false. Returns the number of rows that the statement
    /// returned or changed. Not inlined, because the optimizer of Swift 6.3.1 crashes when it inlines it.
    @inline(never)
    private func receiveRows(
        _ statement: Statement, limit: Int, _ body: (borrowing Row) -> Bool
    ) throws(DatabaseError) -> Int {
        var count = 0
        var changed: Int?
        var isWanted = true
        while let result = link.nextResult() {
            defer { PQclear(result) }
            let status = PQresultStatus(result)
            guard status == PGRES_TUPLES_OK || status == PGRES_SINGLE_TUPLE || status == PGRES_COMMAND_OK else {
                let error = serverError(result, during: phase)
                skipResult()
                throw error
            }
            let rows = PQntuples(result)
            count += Int(rows)
            guard count <= limit else {
                skipResult()
                throw .tooManyRows(statement, limit)
            }
            changed = strtol(PQcmdTuples(result), nil, 10)
            for row in 0..<rows where isWanted {
                isWanted = body(Row(cells: .postgreSQL(result, row: row), statement: statement))
            }
        }
        guard let changed else { throw lost }
        return changed
    }

    /// Receives the answer to a commit. A warning in it means that an operator ended the wait for the standby, or that
    /// the transaction had ended. Then the outcome is unknown.
    private func receiveCommit() throws(DatabaseError) -> Int {
        let warningCount = link.warningCount
        guard let result = link.nextResult() else { throw lost }
        defer { PQclear(result) }
        skipResult()
        guard PQresultStatus(result) == PGRES_COMMAND_OK else { throw serverError(result, during: .committing) }
        guard link.warningCount == warningCount else {
            throw DatabaseError(
                .unavailable, "PostgreSQL sent a warning with a commit, so its outcome is unknown: \(link.warning)",
                mayHaveCommitted: true)
        }
        return 0
    }

    private func serverError(_ result: OpaquePointer, during phase: PostgreSQLPhase) -> DatabaseError {
        guard PQresultStatus(result) != PGRES_PIPELINE_ABORTED else {
            return DatabaseError(.unavailable, "the statement did not run, because an earlier one failed")
        }
        let refusal = PostgreSQLServerError(result, during: phase, link.message)
        needsOtherServer = needsOtherServer || refusal.endsConnection
        return refusal.error
    }

    /// Discards the remaining results of one statement.
    private func skipResult() {
        while let result = link.nextResult() { PQclear(result) }
    }

    private var lost: DatabaseError {
        DatabaseError(.unavailable, "the connection to PostgreSQL was lost: \(link.message)")
    }
}
