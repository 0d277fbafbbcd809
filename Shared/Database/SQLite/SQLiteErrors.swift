import CSQLite

extension DatabaseError {
    /// What an error code of SQLite means to a caller, and to the operator who reads the log.
    init(sqlite code: Int32, _ message: String) {
        let detail = "SQLite: \(message) (\(code))"
        switch code & 0xff {
        case SQLITE_BUSY, SQLITE_LOCKED:
            self.init(.unavailable, "another program holds the database's lock, sqlite3 perhaps. \(detail)")
        case SQLITE_FULL:
            self.init(.diskFull, "the disk is full: make room, nothing else needs to be done. \(detail)")
        case SQLITE_CORRUPT, SQLITE_NOTADB:
            self.init(.damaged, "the file is damaged or no database: restore it from a backup. \(detail)")
        case SQLITE_READONLY, SQLITE_PERM, SQLITE_AUTH:
            self.init(.setup, "the file cannot be written: give its owner and folder to this program's user. \(detail)")
        case SQLITE_CANTOPEN:
            self.init(.setup, "the file cannot be opened: its folder must exist and be writable. \(detail)")
        case SQLITE_IOERR:
            self.init(.unavailable, "the disk failed: look at the machine's kernel log. \(detail)")
        default:
            self.init(.misuse, detail)
        }
    }

    static func tooManyRows(_ sql: StaticString, _ limit: Int) -> DatabaseError {
        DatabaseError(.misuse, "«\(sql)» has more than \(limit) rows: narrow it, or use a scan")
    }

    static func notOne(_ sql: StaticString, _ count: Int) -> DatabaseError {
        DatabaseError(.misuse, "«\(sql)» changed \(count) rows, not one: name the row by its key")
    }
}
