import CLogWriter
import CSQLite

/// One open connection to a SQLite database.
///
/// Sound to share: only its owner uses it. The owner is a thread, a lock or the call that took it from the pool.
final class SQLiteConnection: DatabaseSession, @unchecked Sendable {
    /// The point to which `undo` returns: the beginning of the transaction, or a savepoint, which the next write sets.
    private enum UndoPoint { case beginning, nextWrite, savepoint }

    enum Command {
        static let begin: Statement = "begin"
        static let beginImmediate: Statement = "begin immediate"
        static let commit: Statement = "commit"
        static let rollback: Statement = "rollback"
        static let setSavepoint: Statement = "savepoint block"
        static let rollbackToSavepoint: Statement = "rollback to block"
        static let releaseSavepoint: Statement = "release block"
    }

    let isOnlyWriter = true
    private(set) var handle: OpaquePointer!
    /// The names of constraints, which SQLite's messages omit.
    var constraints = SQLiteConstraints()
    private var undoPoint = UndoPoint.beginning
    var reading = SQLiteReading.none
    /// The mark that counts the commits, and the latest number. Set for the connection that writes a file.
    var mark: DatabaseMark?
    var countedCommits: Int64 = 0
    /// True if the transaction has run a statement that writes.
    private(set) var hasWritten = false
    /// True if the current closure has run one.
    var closureHasWritten = false
    /// After a full disk, the size for which there was no room. Otherwise 0.
    var missingBytes = 0
    /// The descriptor of `FileLock` for the database file. -1 if no disk space is reserved.
    var fileDescriptor: CInt = -1
    private var statements = StatementCache<SQLiteStatement>()

    private static let isConfigured = onsale_sqlite_count_no_memory() == SQLITE_OK

    /// `fileSystem` is the name of SQLite's file system (VFS). Nil means the default.
    init(path: String, flags: Int32, writesLog: Bool = false, fileSystem: String? = nil) throws(DatabaseError) {
        _ = Self.isConfigured
        var fileSystem = fileSystem
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
        for statement in statements.all { statement?.free() }
        statements = StatementCache()
        sqlite3_close_v2(handle)
        handle = nil
    }

    // MARK: - Transactions

    func begin() throws(DatabaseError) {
        hasWritten = false
        undoPoint = .beginning
        try run(Command.beginImmediate)
    }

    func commit() throws(DatabaseError) {
        try reserveSpace()
        try countCommit()
        do throws(DatabaseError) {
            try run(Command.commit)
        } catch {
            // After an I/O error the commit may be in the log, and reappear when the program starts again.
            throw error.afterUnknownCommit(sqlite3_errcode(handle) & 0xff == SQLITE_IOERR)
        }
        noteCommit()
    }

    func rollback() {
        try? undoTransaction()
    }

    private func undoTransaction() throws(DatabaseError) {
        defer {
            logwriter_forget(handle)
            hasWritten = false
        }
        // SQLite may have rolled back by itself, for example after a full disk.
        if isInTransaction { try run(Command.rollback) }
    }

    var isInTransaction: Bool { sqlite3_get_autocommit(handle) == 0 }

    func checkTransaction() throws(DatabaseError) -> Bool { isInTransaction }

    /// Later calls of `undo` keep all writes so far. Writing pages after a savepoint is slower, because SQLite copies each of
    /// them first. A transaction without a write needs none: it can be rolled back.
    func setUndoPoint() throws(DatabaseError) {
        if undoPoint == .savepoint { try run(Command.releaseSavepoint) }
        undoPoint = hasWritten ? .nextWrite : .beginning
    }

    /// Undoes all writes since the latest undo point. The transaction remains open.
    func undo() throws(DatabaseError) {
        switch undoPoint {
        case .beginning:
            try undoTransaction()
            try run(Command.beginImmediate)
        case .nextWrite: break
        case .savepoint: try run(Command.rollbackToSavepoint)
        }
    }

    // MARK: - Statements

    func query(
        _ statement: Statement, _ bind: (Binder) -> Void, limit: Int, _ body: (borrowing Row) -> Bool
    ) throws(DatabaseError) {
        try willQuery()
        let prepared = try prepared(statement, bind)
        var isPaused = false
        defer { didQuery(prepared.pointer, isPaused: isPaused) }
        let cells = Cells.sqlite(prepared.pointer)
        var count = 0
        while try step(prepared) {
            count += 1
            guard count <= limit else { throw .tooManyRows(statement, limit) }
            guard body(Row(cells: cells, statement: statement)) else {
                isPaused = true
                return
            }
        }
    }

    func execute(_ statement: Statement, _ bind: (Binder) -> Void, expected: Int?) throws(DatabaseError) {
        let count = try executeCounting(statement, bind)
        if let expected, count != expected { throw .unexpected(count, of: expected, statement) }
    }

    func executeCounting(_ statement: Statement, _ bind: (Binder) -> Void) throws(DatabaseError) -> Int {
        let prepared = try prepared(statement, bind)
        defer { sqlite3_reset(prepared.pointer) }
        while try step(prepared) {}
        return prepared.isReadOnly ? 0 : Int(sqlite3_changes64(handle))
    }

    func script(_ sql: String) throws(DatabaseError) {
        guard sqlite3_exec(handle, sql, nil, nil, nil) == SQLITE_OK else { throw lastError }
    }

    private func prepared(_ statement: Statement, _ bind: (Binder) -> Void) throws(DatabaseError) -> SQLiteStatement {
        let prepared = try cached(statement)
        if !prepared.isReadOnly { try beginWriting(statement) }
        try prepared.set(bind, of: statement)
        return prepared
    }

    private func beginWriting(_ statement: Statement) throws(DatabaseError) {
        guard case .none = reading else {
            throw DatabaseError(.misuse, "«\(statement)» writes, which a read or scan cannot: use a transaction")
        }
        (hasWritten, closureHasWritten) = (true, true)
        guard undoPoint == .nextWrite else { return }
        try run(Command.setSavepoint)
        undoPoint = .savepoint
    }

    private func cached(_ statement: Statement) throws(DatabaseError) -> SQLiteStatement {
        if let prepared = statements[statement] { return prepared }
        guard let prepared = try SQLiteStatement(statement, on: handle) else { throw lastError }
        statements[statement] = prepared
        return prepared
    }

    /// Runs an internal statement, without a savepoint. Returns the first column of its first row.
    @discardableResult
    func run(_ statement: Statement, _ bind: (Binder) -> Void = { _ in }) throws(DatabaseError) -> Int64 {
        let prepared = try cached(statement)
        defer { sqlite3_reset(prepared.pointer) }
        try prepared.set(bind, of: statement)
        return try step(prepared) ? sqlite3_column_int64(prepared.pointer, 0) : 0
    }

    /// Returns true if there is a row.
    private func step(_ prepared: SQLiteStatement) throws(DatabaseError) -> Bool {
        switch sqlite3_step(prepared.pointer) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        default: throw lastError
        }
    }

    private var lastError: DatabaseError {
        let code = sqlite3_extended_errcode(handle)
        let message = String(cString: sqlite3_errmsg(handle))
        guard code & 0xff == SQLITE_CONSTRAINT else { return DatabaseError(sqlite: code, message) }
        return DatabaseError(.constraint(constraints.name(in: message)), message)
    }
}
