import CPostgreSQL
import Glibc

/// Runs transactions over one link. Statements whose answer is not needed yet are sent together with the next one that
/// waits for its answer.
///
/// Sound to share: only the thread that owns the connection uses it.
final class PostgreSQLConnection: Session, @unchecked Sendable {
    /// Maximum of outstanding answers. If they filled the buffers of both ends, client and server would wait for each
    /// other.
    private static let outstandingLimit = 64

    /// Makes a transaction that writes nothing wait for the standby: it writes an empty message to the log. Without it,
    /// the transaction may read rows whose own wait was ended by an operator or a crash, and acknowledge rows that a
    /// fail-over loses.
    private static let standbyWait: StaticString = """
        select pg_logical_emit_message(true, 'onsale', '') where pg_current_xact_id_if_assigned() is null
        """

    /// An answer that the server has yet to send.
    private enum PendingAnswer {
        case preparation(PostgreSQLStatement)
        case execution(StaticString, expectsOne: Bool)
        case rows
        case commit
        case synchronization
    }

    let link: PostgreSQLLink
    var failure: DatabaseError?
    private let faults: Faults?
    private var pending: [PendingAnswer] = []
    private var phase = PostgreSQLPhase.writing
    /// True after an error that another server may not have.
    private var needsOtherServer = false
    private var parameters = PostgreSQLParameters()
    private var statements = PostgreSQLStatements()

    init(_ link: PostgreSQLLink, _ faults: Faults?) {
        self.link = link
        self.faults = faults
    }

    /// False if the link is lost or in an unknown state, or if another server is needed.
    var isUsable: Bool { link.isAlive && pending.isEmpty && !needsOtherServer && link.takesWrites }

    // MARK: - One transaction

    func begin() throws {
        failure = nil
        phase = .writing
        try send("begin isolation level read committed", [], .execution("begin", expectsOne: false))
    }

    func beginReading() throws {
        failure = nil
        phase = .reading
        try send("begin isolation level repeatable read read only", [], .execution("begin", expectsOne: false))
    }

    func commit() throws {
        // `executeOne` must fail before the commit is sent, not after.
        if pending.contains(where: { if case .execution(_, true) = $0 { true } else { false } }) {
            link.flush()
            try receivePending()
        }
        let fault = faults?.next(.commit)
        if fault == .connectionLost {
            link.cut()
        } else if let fault, fault != .answerLost {
            throw failing(fault.error(at: .commit))
        }
        if link.server.hasSynchronousStandby { try send(Self.standbyWait, [], .execution("wait", expectsOne: false)) }
        try send("commit", [], .commit)
        synchronize()
        do {
            try receivePending()
        } catch {
            // If the link is lost, the commit may have succeeded.
            if !link.isAlive { failure = failure?.afterUnknownCommit(true) }
            throw error
        }
        if let fault {
            link.cut()
            throw failing(fault.error(at: .commit))
        }
    }

    func rollback() {
        guard link.isAlive else { return }
        synchronize()  // After an error the server skips all statements until it receives this.
        try? send("rollback", [], .execution("rollback", expectsOne: false))
        synchronize()
        _ = try? receivePending()
    }

    // MARK: - Statements

    func query(
        _ sql: StaticString, _ parameters: [any Bindable], limit: Int, _ body: (borrowing Row) throws -> Bool
    ) throws {
        try injectFault()
        try send(sql, parameters, .rows)
        link.flush()
        try receivePending()
        let isStreamed = limit == .max
        if isStreamed { PQsetSingleRowMode(link.handle) }
        var count = 0
        var isWanted = true
        while let result = PQgetResult(link.handle) {
            defer { PQclear(result) }
            let status = PQresultStatus(result)
            guard status == PGRES_TUPLES_OK || status == PGRES_SINGLE_TUPLE || status == PGRES_COMMAND_OK else {
                let error = serverError(result, during: phase)
                skipResult()
                throw failing(error)
            }
            let rows = PQntuples(result)
            count += Int(rows)
            guard count <= limit else {
                skipResult()
                throw failing(.tooManyRows(sql, limit))
            }
            do {
                for row in 0..<rows where isWanted {
                    isWanted = try body(Row(cells: .postgreSQL(PostgreSQLCells(result: result, row: row)), sql: sql))
                }
            } catch {
                skipResult()
                throw error
            }
        }
    }

    func execute(_ sql: StaticString, _ parameters: [any Bindable], expectsOne: Bool) throws {
        try injectFault()
        try send(sql, parameters, .execution(sql, expectsOne: expectsOne))
        guard pending.count >= Self.outstandingLimit else { return }
        link.flush()
        try receivePending()
    }

    func executeCounting(_ sql: StaticString, _ parameters: [any Bindable]) throws -> Int {
        try injectFault()
        try send(sql, parameters, .execution(sql, expectsOne: false))
        link.flush()
        return try receivePending()
    }

    func script(_ sql: String) throws {
        guard PQsendQueryParams(link.handle, sql, 0, nil, nil, nil, nil, 1) == 1 else { throw failing(lost) }
        pending.append(.execution("a migration's statement", expectsOne: false))
        synchronize()
        try receivePending()
    }

    // MARK: - Sending

    private func send(_ sql: StaticString, _ values: [any Bindable], _ answer: PendingAnswer) throws {
        let statement = try statement(sql, for: values)
        parameters.set(values)
        let isSent = parameters.send { count, values, lengths, formats in
            PQsendQueryPrepared(link.handle, statement.name, count, values, lengths, formats, 1)
        }
        guard isSent == 1 else { throw failing(lost) }
        pending.append(answer)
    }

    private func statement(_ sql: StaticString, for values: [any Bindable]) throws -> PostgreSQLStatement {
        if let statement = statements[sql] {
            guard statement.takes(values) else {
                throw failing(
                    DatabaseError(
                        .misuse,
                        "«\(sql)» was first used with parameters of other types: use a second literal for these"))
            }
            return statement
        }
        let statement: PostgreSQLStatement
        let isNew: Bool
        do throws(DatabaseError) {
            (statement, isNew) = try statements.add(sql, for: values)
        } catch {
            throw failing(error)
        }
        guard isNew else { return statement }
        let text = UnsafeRawPointer(sql.utf8Start).assumingMemoryBound(to: CChar.self)
        guard PQsendPrepare(link.handle, statement.name, text, Int32(values.count), statement.types) == 1 else {
            throw failing(lost)
        }
        pending.append(.preparation(statement))
        return statement
    }

    private func synchronize() {
        link.synchronize()
        pending.append(.synchronization)
    }

    private func injectFault() throws {
        guard let fault = faults?.next(.statement) else { return }
        if fault == .connectionLost { return link.cut() }
        throw failing(fault.error(at: .statement))
    }

    // MARK: - Receiving

    /// Receives all pending answers, except the rows of a query. Throws the first error among them. Returns the row
    /// count of the last answer.
    @discardableResult
    private func receivePending() throws -> Int {
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
        if let first { throw failing(first) }
        return count
    }

    private func receive(_ answer: PendingAnswer) throws(DatabaseError) -> Int {
        if case .commit = answer { return try receiveCommit() }
        guard let result = PQgetResult(link.handle) else { throw lost }
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
        guard case .execution(let sql, let expectsOne) = answer else { return 0 }
        let count = strtol(PQcmdTuples(result), nil, 10)
        if expectsOne, count != 1 { throw count == 0 ? .conflict : .notOne(sql, count) }
        return count
    }

    /// Receives the answer to a commit. A warning in it means that the commit is less durable than requested: an
    /// operator ended the wait for the standby, or the transaction had ended. Then the outcome is unknown.
    private func receiveCommit() throws(DatabaseError) -> Int {
        let warningCount = link.warningCount
        guard let result = PQgetResult(link.handle) else { throw lost }
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
        while let result = PQgetResult(link.handle) { PQclear(result) }
    }

    private var lost: DatabaseError {
        DatabaseError(.unavailable, "the connection to PostgreSQL was lost: \(link.message)")
    }
}
