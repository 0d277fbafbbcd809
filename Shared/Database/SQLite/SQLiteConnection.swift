import CLogWriter
import CSQLite

/// One open connection to a SQLite database.
///
/// Sound to share: whoever took it from the pool, the lock or the thread that owns it is alone with it until giving it back.
final class SQLiteConnection: Session, @unchecked Sendable {
    /// In a group of closures each one is undone alone, from its first write on. For the first one that is the whole
    /// transaction, and needs no savepoint, in which SQLite keeps a copy of every page before it is changed.
    enum Savepoint { case none, awaited, set }

    private(set) var handle: OpaquePointer!
    let faults: Faults?
    /// The names of constraints, which SQLite's messages leave out.
    var constraints = SQLiteConstraints()
    var failure: DatabaseError?
    private var savepoint = Savepoint.none
    private var isFirstClosure = false
    var reading = SQLiteReading.none
    /// Of the connection that writes a file: the mark that counts its commits, and the last number it gave out.
    var mark: DatabaseMark?
    var countedCommits: Int64 = 0
    /// True if the transaction has run a statement that writes.
    private(set) var hasWritten = false
    /// The database file as `FileLock` has it open; -1 if room is not reserved.
    var fileDescriptor: CInt = -1
    private var statements = StatementCache<SQLiteStatement>()

    private static let isConfigured = onsale_sqlite_count_no_memory() == SQLITE_OK

    init(path: String, flags: Int32, writesLog: Bool = false, faults: Faults?) throws {
        _ = Self.isConfigured
        var fileSystem = faults?.vfs
        if writesLog {
            guard let name = logwriter_over(fileSystem) else {
                throw DatabaseError(.setup, "SQLite has no file system \(fileSystem ?? "of its own")")
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

    /// Closes a database that is marked, as the last connection to it, and writes down that it was closed cleanly. Not
    /// after damage: the next start then checks the pages.
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

    // MARK: - One transaction

    func begin() throws {
        failure = nil
        hasWritten = false
        try run("begin immediate")
    }

    func commit() throws {
        if faults?.forgetsCommit() == true { return try undo() }
        try reserveRoom()
        try countCommit()
        let fault = faults?.next(.commit)
        if let fault, fault != .answerLost { throw failing(fault.error(at: .commit)) }
        do {
            try run("commit")
        } catch {
            // After an I/O error the commit may be in the log, and come back when the program starts again.
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
        // SQLite may have rolled back by itself, after a full disk for instance.
        if isInTransaction { try run("rollback") }
    }

    var isInTransaction: Bool { sqlite3_get_autocommit(handle) == 0 }

    // MARK: - One closure of a group

    func beginClosure(isFirst: Bool) {
        savepoint = .awaited
        isFirstClosure = isFirst
    }

    /// False: the whole transaction is lost, not only this closure.
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
        try ask()
        let statement = try prepared(sql, parameters)
        var isStanding = false
        defer { answered(statement.pointer, isStanding: isStanding) }
        var count = 0
        while try step(statement) {
            count += 1
            guard count <= limit else { throw failing(.tooManyRows(sql, limit)) }
            let row = Row(cells: .sqlite(SQLiteCells(statement: statement.pointer)), sql: sql)
            guard try body(row) else {
                isStanding = true
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
            throw failing(DatabaseError(.misuse, "«\(sql)» writes: that takes a transaction"))
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

    /// For what the connection says itself: no faults, no savepoint.
    func run(_ sql: StaticString, _ parameters: any Bindable...) throws {
        let statement = try cached(sql)
        defer { sqlite3_reset(statement.pointer) }
        if !parameters.isEmpty { try statement.bind(parameters, of: sql) }
        _ = try step(statement)
    }

    /// The first column of the one row that the connection asks for itself.
    func number(_ sql: StaticString) throws -> Int64 {
        let statement = try cached(sql)
        defer { sqlite3_reset(statement.pointer) }
        return try step(statement) ? sqlite3_column_int64(statement.pointer, 0) : 0
    }

    /// Whether there is a row.
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
