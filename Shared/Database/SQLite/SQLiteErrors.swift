import CSQLite

extension DatabaseError {
    init(sqlite code: Int32, _ message: String) {
        let detail = "SQLite: \(message) (\(code))"
        switch code & 0xff {
        case SQLITE_BUSY, SQLITE_LOCKED:
            self.init(
                .unavailable, "another program, such as sqlite3, holds the lock of the database: stop it. \(detail)")
        case SQLITE_FULL:
            self.init(.diskFull, "the disk is full: free some space. No restart is needed. \(detail)")
        case SQLITE_CORRUPT, SQLITE_NOTADB:
            self.init(.damaged, "the file is damaged or not a database: restore it from a backup. \(detail)")
        case SQLITE_READONLY, SQLITE_PERM, SQLITE_AUTH:
            self.init(
                .setup,
                "the file cannot be written: make this program's user the owner of the file and its folder. \(detail)")
        case SQLITE_CANTOPEN:
            self.init(.setup, "the file cannot be opened: its folder must exist and be writable. \(detail)")
        case SQLITE_IOERR:
            self.init(.unavailable, "the disk failed: see the kernel log of the machine. \(detail)")
        case SQLITE_ERROR where Self.schemaErrors.contains(where: { message.contains($0) }):
            self = .aboutSchema(detail)
        default:
            self.init(.misuse, detail)
        }
    }

    /// SQLite has no codes for these errors.
    private static let schemaErrors = [
        "already exists", "another table or index with this name", "duplicate column name", "no such table",
        "no such index", "no such column",
    ]

    static func tooManyRows(_ statement: Statement, _ limit: Int) -> DatabaseError {
        DatabaseError(.misuse, "«\(statement)» returns more than \(limit) rows: narrow it, or use a scan")
    }

    /// The error of a statement that changed `count` rows instead of `expected`. Fewer rows are a conflict.
    static func unexpected(_ count: Int, of expected: Int, _ statement: Statement) -> DatabaseError {
        if count < expected { return .conflict }
        return DatabaseError(
            .misuse, "«\(statement)» changed \(count) rows instead of \(expected): select the rows by their keys")
    }
}
