import CPostgreSQL
import CSQLite

/// The columns of one row in the memory of an engine. A column of another type has no value.
enum Cells {
    /// The current row of a statement.
    case sqlite(OpaquePointer)
    /// A row of a result in PostgreSQL's binary format.
    case postgreSQL(OpaquePointer, row: Int32)

    func isNull(_ column: Int32) -> Bool {
        switch self {
        case .sqlite(let statement): sqlite3_column_type(statement, column) == SQLITE_NULL
        case .postgreSQL(let result, let row): PQgetisnull(result, row, column) != 0
        }
    }

    /// Returns an integer of any width, and a boolean as 0 or 1.
    func int64(_ column: Int32) -> Int64? {
        switch self {
        case .sqlite(let statement):
            guard sqlite3_column_type(statement, column) == SQLITE_INTEGER else { return nil }
            return sqlite3_column_int64(statement, column)
        case .postgreSQL:
            return withBytes(column) { bytes -> Int64? in
                switch bytes.count {
                case 8: Int64(bigEndian: bytes.loadUnaligned(as: Int64.self))
                case 4: Int64(Int32(bigEndian: bytes.loadUnaligned(as: Int32.self)))
                case 2: Int64(Int16(bigEndian: bytes.loadUnaligned(as: Int16.self)))
                case 1: Int64(bytes[0])
                default: nil
                }
            } ?? nil
        }
    }

    func withText<Value>(_ column: Int32, _ body: (UnsafeRawBufferPointer) -> Value) -> Value? {
        withBytes(column, as: SQLITE_TEXT, body)
    }

    /// `type` is the type that the column must have in SQLite.
    func withBytes<Value>(
        _ column: Int32, as type: Int32 = SQLITE_BLOB, _ body: (UnsafeRawBufferPointer) -> Value
    ) -> Value? {
        switch self {
        case .sqlite(let statement):
            guard sqlite3_column_type(statement, column) == type else { return nil }
            // For text, SQLite returns its bytes in UTF-8, the encoding of the database.
            let start = sqlite3_column_blob(statement, column)
            return body(UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(statement, column))))
        case .postgreSQL(let result, let row):
            guard !isNull(column) else { return nil }
            let count = Int(PQgetlength(result, row, column))
            return body(UnsafeRawBufferPointer(start: PQgetvalue(result, row, column), count: count))
        }
    }
}
