import CPostgreSQL
import Glibc

/// Transactions over one link: statements whose answer nobody needs yet travel together with the next one that is waited
/// for.
///
/// Sound to share: the thread that owns it is alone with it.
final class PostgreSQLConnection: Session, @unchecked Sendable {
    /// Answers that may be outstanding: well below what the buffers of both ends hold, or each would wait for the other.
    private static let outstandingLimit = 64

    /// A transaction that writes nothing does not wait for the standby. If it found the rows of an earlier one, whose own
    /// wait was ended by an operator or a crash, then it would acknowledge what a fail-over loses. So it writes something:
    /// a message in the log, which nobody reads.
    private static let standbyWait: StaticString = """
        select pg_logical_emit_message(true, 'onsale', '') where pg_current_xact_id_if_assigned() is null
        """

    /// What the server still owes, oldest first.
    private enum Owed {
        case preparation(PostgreSQLStatement)
        case execution(StaticString, expectsOne: Bool)
        case rows
        case commit
        case synchronization
    }

    let link: PostgreSQLLink
    var failure: DatabaseError?
    private let faults: Faults?
    private var owed: [Owed] = []
    private var phase = PostgreSQLPhase.writing
    /// The server failed in a way that another server may not.
    private var isSpent = false
    private var parameters = PostgreSQLParameters()
    private var statements = PostgreSQLStatements()

    init(_ link: PostgreSQLLink, _ faults: Faults?) {
        self.link = link
        self.faults = faults
    }

    /// False: the link is lost or in an unknown state, and with it what was not committed; or another server is needed.
    var isUsable: Bool { link.isAlive && owed.isEmpty && !isSpent && link.takesWrites }

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
        // A row that was to be there decides before the commit is sent, not after.
        if owed.contains(where: { if case .execution(_, true) = $0 { true } else { false } }) {
            link.flush()
            try settle()
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
            try settle()
        } catch {
            // With the link gone, the answer may be lost alone.
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
        synchronize()  // Only after it does a server that met an error listen again; nobody has to wait for it.
        try? send("rollback", [], .execution("rollback", expectsOne: false))
        synchronize()
        _ = try? settle()
    }

    // MARK: - Statements

    func query(
        _ sql: StaticString, _ parameters: [any Bindable], limit: Int, _ body: (borrowing Row) throws -> Bool
    ) throws {
        try meetFault()
        try send(sql, parameters, .rows)
        link.flush()
        try settle()
        let isStreamed = limit == .max
        if isStreamed { PQsetSingleRowMode(link.handle) }
        var count = 0
        var isWanted = true
        while let result = PQgetResult(link.handle) {
            defer { PQclear(result) }
            let status = PQresultStatus(result)
            guard status == PGRES_TUPLES_OK || status == PGRES_SINGLE_TUPLE || status == PGRES_COMMAND_OK else {
                let error = refusal(result, during: phase)
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
        try meetFault()
        try send(sql, parameters, .execution(sql, expectsOne: expectsOne))
        guard owed.count >= Self.outstandingLimit else { return }
        link.flush()
        try settle()
    }

    func executeCounting(_ sql: StaticString, _ parameters: [any Bindable]) throws -> Int {
        try meetFault()
        try send(sql, parameters, .execution(sql, expectsOne: false))
        link.flush()
        return try settle()
    }

    func script(_ sql: String) throws {
        guard PQsendQueryParams(link.handle, sql, 0, nil, nil, nil, nil, 1) == 1 else { throw failing(lost) }
        owed.append(.execution("a statement of a migration", expectsOne: false))
        synchronize()
        try settle()
    }

    // MARK: - What goes out

    private func send(_ sql: StaticString, _ values: [any Bindable], _ answer: Owed) throws {
        let statement = try statement(sql, for: values)
        parameters.set(values)
        let isSent = parameters.send { count, values, lengths, formats in
            PQsendQueryPrepared(link.handle, statement.name, count, values, lengths, formats, 1)
        }
        guard isSent == 1 else { throw failing(lost) }
        owed.append(answer)
    }

    private func statement(_ sql: StaticString, for values: [any Bindable]) throws -> PostgreSQLStatement {
        if let statement = statements[sql] {
            guard statement.takes(values) else {
                throw failing(DatabaseError(.misuse, "«\(sql)» was first used with parameters of other types"))
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
        owed.append(.preparation(statement))
        return statement
    }

    private func synchronize() {
        link.synchronize()
        owed.append(.synchronization)
    }

    private func meetFault() throws {
        guard let fault = faults?.next(.statement) else { return }
        if fault == .connectionLost { return link.cut() }
        throw failing(fault.error(at: .statement))
    }

    // MARK: - What comes back

    /// Takes every answer that is owed, or all before the rows of a query. Throws the first error among them, returns the
    /// row count of the last.
    @discardableResult
    private func settle() throws -> Int {
        var first: DatabaseError?
        var count = 0
        for (index, debt) in owed.enumerated() {
            if case .rows = debt, index == owed.count - 1, first == nil { break }
            do throws(DatabaseError) {
                count = try take(debt)
            } catch {
                first = first ?? error
            }
        }
        owed.removeAll(keepingCapacity: true)
        if let first { throw failing(first) }
        return count
    }

    private func take(_ debt: Owed) throws(DatabaseError) -> Int {
        if case .commit = debt { return try takeCommit() }
        guard let result = PQgetResult(link.handle) else { throw lost }
        defer { PQclear(result) }
        if case .synchronization = debt {
            guard PQresultStatus(result) == PGRES_PIPELINE_SYNC else { throw lost }
            return 0
        }
        skipResult()
        let status = PQresultStatus(result)
        guard status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK else {
            if case .preparation(let statement) = debt { statement.isRefused = true }
            throw refusal(result, during: phase)
        }
        guard case .execution(let sql, let expectsOne) = debt else { return 0 }
        let count = strtol(PQcmdTuples(result), nil, 10)
        if expectsOne, count != 1 { throw count == 0 ? .conflict : .notOne(sql, count) }
        return count
    }

    /// A warning in the answer to a commit says that it is less durable than was asked: an operator ended its wait for the
    /// standby, or there was no transaction any more. So the outcome is unknown.
    private func takeCommit() throws(DatabaseError) -> Int {
        let warningCount = link.warningCount
        guard let result = PQgetResult(link.handle) else { throw lost }
        defer { PQclear(result) }
        skipResult()
        guard PQresultStatus(result) == PGRES_COMMAND_OK else { throw refusal(result, during: .committing) }
        guard link.warningCount == warningCount else {
            throw DatabaseError(.unavailable, "PostgreSQL warns of a commit: \(link.warning)", mayHaveCommitted: true)
        }
        return 0
    }

    private func refusal(_ result: OpaquePointer, during phase: PostgreSQLPhase) -> DatabaseError {
        guard PQresultStatus(result) != PGRES_PIPELINE_ABORTED else {
            return DatabaseError(.unavailable, "not run, because an earlier statement failed")
        }
        let refusal = PostgreSQLRefusal(result, during: phase, link.message)
        isSpent = isSpent || refusal.endsConnection
        return refusal.error
    }

    /// To the end of one statement's results.
    private func skipResult() {
        while let result = PQgetResult(link.handle) { PQclear(result) }
    }

    private var lost: DatabaseError {
        DatabaseError(.unavailable, "the connection to PostgreSQL was lost: \(link.message)")
    }
}
