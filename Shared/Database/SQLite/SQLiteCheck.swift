import CSQLite
import Kernel
import Synchronization
import Threads

/// The result of the check when a database is opened.
package struct DatabaseCheck: Equatable, Sendable {
    package let checked: [String]
    /// Tables that the check did not finish in time.
    package let unchecked: [String]
}

extension SQLiteConnection {
    /// Reads tables and their indexes page by page, in the order of the schema, for at most `limit`. Throws if a page
    /// is damaged. It does not compare indexes with their tables, and it does not read free pages.
    func quickCheck(for limit: Duration) throws -> DatabaseCheck {
        let tables = try all(
            "select name from sqlite_schema where type = 'table' and name not like 'sqlite_%' order by rootpage"
        ) { row in try row.text(0) }
        let interruption = Interruption(of: handle, after: limit)
        defer { interruption.end() }
        for (index, table) in tables.enumerated() {
            guard try !interruption.isOver && check(table) else {
                return DatabaseCheck(checked: Array(tables[..<index]), unchecked: Array(tables[index...]))
            }
        }
        return DatabaseCheck(checked: tables, unchecked: [])
    }

    /// Returns false if the time ran out before the end of the table.
    private func check(_ table: String) throws -> Bool {
        let name = "'" + table.replacing("'", with: "''") + "'"
        var statement: OpaquePointer?
        defer { sqlite3_finalize(statement) }
        var code = sqlite3_prepare_v2(handle, "pragma quick_check(\(name))", -1, &statement, nil)
        if code == SQLITE_OK { code = sqlite3_step(statement) }
        switch code & 0xff {
        case SQLITE_ROW:
            let result = String(cString: sqlite3_column_text(statement, 0))
            guard result == "ok" else {
                throw DatabaseError(sqlite: SQLITE_CORRUPT, "table \(table): \(result)")
            }
            return true
        case SQLITE_INTERRUPT: return false
        default: throw DatabaseError(sqlite: code, String(cString: sqlite3_errmsg(handle)))
        }
    }
}

/// Interrupts the statements of a connection after a time limit, until `end`.
private final class Interruption: Sendable {
    private let over: Atomic<Bool>
    private let finish = CountingSemaphore()
    private let finished = CountingSemaphore()

    init(of handle: OpaquePointer, after limit: Duration) {
        over = Atomic(limit <= .zero)
        // Sound: SQLite allows `sqlite3_interrupt` on any thread while the connection is open, and `end` waits for the thread.
        nonisolated(unsafe) let handle = handle
        let isStarted = Thread.start { [self] in
            var timeout = Int(limit.milliseconds)
            while !finish.wait(timeoutMilliseconds: timeout) {
                over.store(true, ordering: .relaxed)
                sqlite3_interrupt(handle)
                // Again, because an interruption between two statements has no effect.
                timeout = 10
            }
            finished.signal()
        }
        precondition(isStarted, "the system cannot create another thread")
    }

    var isOver: Bool { over.load(ordering: .relaxed) }

    func end() {
        finish.signal()
        finished.wait()
    }
}
