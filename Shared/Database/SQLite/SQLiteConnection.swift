import CLogWriter
import CSQLite

/// One open connection to a SQLite database.
///
/// Sound to share: only its owner uses it, which is a thread, a lock or the call that took it from the pool.
final class SQLiteConnection: Session, @unchecked Sendable {
    /// The savepoint of the current closure, set at its first write so that it can be undone alone. The first closure
    /// of a group is undone by rolling back the transaction: this saves the copies of changed pages that a savepoint
    /// needs.
    enum Savepoint { case none, awaited, set }

    private(set) var handle: OpaquePointer!
    let faults: Faults?
    /// The names of constraints, which SQLite's messages omit.
    var constraints = SQLiteConstraints()
    var failure: DatabaseError?
    private var savepoint = Savepoint.none
    private var isFirstClosure = false
    var reading = SQLiteReading.none
    /// The mark that counts the commits, and the latest number. Set for the connection that writes a file.
    var mark: DatabaseMark?
    var countedCommits: Int64 = 0
    /// True if the transaction has run a statement that writes.
    private(set) var hasWritten = false
    /// After a full disk, the size for which there was no room. Otherwise 0.
    var missingBytes = 0
    /// The descriptor of `FileLock` for the database file. -1 if no disk space is reserved.
    var fileDescriptor: CInt = -1
    private var statements = StatementCache<SQLiteStatement>()

    private static let isConfigured = onsale_sqlite_count_no_memory() == SQLITE_OK

    init(path: String, flags: Int32, writesLog: Bool = false, faults: Faults?) throws {
        _ = Self.isConfigured
        var fileSystem = faults?.vfs
        if writesLog {
            guard let name = logwriter_over(fileSystem) else {
                throw DatabaseError(.setup, "SQLite has no file system \(fileSystem ?? "by default")")
            }
            fileSystem = String(cString: name)
        }
        var handle: OpaquePointer?
        let code = sqlite3_open_v2(path, &handle, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, fileSystem)
        guard code == SQLITE_OK, let handle else {
            let error = DatabaseError(sqlite: code, handle.map { String(cString: sqlite3_errmsg($0)) } ?? "no memory")
            sqlite3_close_v2(handle)
            throw error
        }
        self.handle = handle
        self.faults = faults
    }

    deinit {
        close()
    }

    /// Closes the last connection to a database with a mark, and marks the database as closed cleanly. After damage it
    /// does not, so that the next start checks the pages.
    func closeMarked(isDamaged: Bool) {
        close()
        if !isDamaged { try? mark?.enter(.closed) }
        mark = nil
    }

    func close() {
        for statement in statements.all { statement.free() }
        statements = StatementCache()
        sqlite3_close_v2(handle)
        handle = nil
    }

    // MARK: - Transactions

    func begin() throws {
        failure = nil
        hasWritten = false
        try run("begin immediate")
    }

    func commit() throws {
        if faults?.forgetsCommit() == true { return try undo() }
        try reserveSpace()
        try countCommit()
        let fault = faults?.next(.commit)
        if let fault, fault != .answerLost { throw failing(fault.error(at: .commit)) }
        do {
            try run("commit")
        } catch {
            // After an I/O error the commit may be in the log, and reappear when the program starts again.
            let isUnknown = sqlite3_errcode(handle) & 0xff == SQLITE_IOERR
            failure = failure?.afterUnknownCommit(isUnknown)
            throw error
        }
        noteCommit()
        if let fault { throw failing(fault.error(at: .commit)) }
    }

    func rollback() {
        savepoint = .none
        try? undo()
    }

    private func undo() throws {
        defer {
            logwriter_forget(handle)
            hasWritten = false
        }
        // SQLite may have rolled back by itself, for example after a full disk.
        if isInTransaction { try run("rollback") }
    }

    var isInTransaction: Bool { sqlite3_get_autocommit(handle) == 0 }

    // MARK: - Closures of a group

    func beginClosure(isFirst: Bool) {
        savepoint = .awaited
        isFirstClosure = isFirst
    }

    /// Returns false if the whole transaction is lost, not only this closure.
    func endClosure(keeping isKept: Bool) -> Bool {
        defer { savepoint = .none }
        guard isInTransaction else { return false }
        guard savepoint == .set else { return true }
        do {
            if isFirstClosure {
                if isKept { return true }
                try undo()
                try run("begin immediate")
            } else {
                if !isKept { try run("rollback to closure") }
                try run("release closure")
            }
            return true
        } catch {
            return false
        }
    }

    // MARK: - Statements

    func query(
        _ sql: StaticString, _ parameters: [any Bindable], limit: Int, _ body: (borrowing Row) throws -> Bool
    ) throws {
        try willQuery()
        let statement = try prepared(sql, parameters)
        var isPaused = false
        defer { didQuery(statement.pointer, isPaused: isPaused) }
        var count = 0
        while try step(statement) {
            count += 1
            guard count <= limit else { throw failing(.tooManyRows(sql, limit)) }
            let row = Row(cells: .sqlite(SQLiteCells(statement: statement.pointer)), sql: sql)
            guard try body(row) else {
                isPaused = true
                return
            }
        }
    }

    func execute(_ sql: StaticString, _ parameters: [any Bindable], expectsOne: Bool) throws {
        let count = try executeCounting(sql, parameters)
        if expectsOne, count != 1 { throw failing(count == 0 ? .conflict : .notOne(sql, count)) }
    }

    func executeCounting(_ sql: StaticString, _ parameters: [any Bindable]) throws -> Int {
        let statement = try prepared(sql, parameters)
        defer { sqlite3_reset(statement.pointer) }
        while try step(statement) {}
        return statement.isReadOnly ? 0 : Int(sqlite3_changes64(handle))
    }

    func script(_ sql: String) throws {
        guard sqlite3_exec(handle, sql, nil, nil, nil) == SQLITE_OK else { throw failing(lastError) }
    }

    private func prepared(_ sql: StaticString, _ parameters: [any Bindable]) throws -> SQLiteStatement {
        if let fault = faults?.next(.statement) { throw failing(fault.error(at: .statement)) }
        faults?.willRun(sql)
        let statement = try cached(sql)
        if !statement.isReadOnly { try beginWriting(sql) }
        do {
            try statement.bind(parameters, of: sql)
        } catch {
            throw failing(error)
        }
        return statement
    }

    private func beginWriting(_ sql: StaticString) throws {
        guard case .none = reading else {
            throw failing(DatabaseError(.misuse, "«\(sql)» writes, which a read or scan cannot: use a transaction"))
        }
        hasWritten = true
        guard savepoint == .awaited else { return }
        if !isFirstClosure { try run("savepoint closure") }
        savepoint = .set
    }

    private func cached(_ sql: StaticString) throws -> SQLiteStatement {
        if let statement = statements[sql] { return statement }
        do throws(DatabaseError) {
            guard let statement = try SQLiteStatement(sql, editedBy: faults, on: handle) else { throw lastError }
            statements.insert(statement, for: sql)
            return statement
        } catch {
            throw failing(error)
        }
    }

    /// Runs an internal statement, without faults and savepoint.
    func run(_ sql: StaticString, _ parameters: any Bindable...) throws {
        let statement = try cached(sql)
        defer { sqlite3_reset(statement.pointer) }
        if !parameters.isEmpty { try statement.bind(parameters, of: sql) }
        _ = try step(statement)
    }

    /// Returns the first column of the single row of an internal query.
    func number(_ sql: StaticString) throws -> Int64 {
        let statement = try cached(sql)
        defer { sqlite3_reset(statement.pointer) }
        return try step(statement) ? sqlite3_column_int64(statement.pointer, 0) : 0
    }

    /// Returns true if there is a row.
    private func step(_ statement: SQLiteStatement) throws -> Bool {
        switch sqlite3_step(statement.pointer) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        default: throw failing(lastError)
        }
    }

    private var lastError: DatabaseError {
        let code = sqlite3_extended_errcode(handle)
        let message = String(cString: sqlite3_errmsg(handle))
        guard code & 0xff == SQLITE_CONSTRAINT else { return DatabaseError(sqlite: code, message) }
        return DatabaseError(.constraint(constraints.name(in: message)), message)
    }
}
