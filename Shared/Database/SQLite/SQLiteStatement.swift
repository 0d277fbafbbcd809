import CSQLite

/// A prepared statement, which binds its own parameters. Its connection frees it.
final class SQLiteStatement: Binder {
    let pointer: OpaquePointer
    let isReadOnly: Bool
    /// SQLite's positions of `$1`, `$2`, …. SQLite numbers parameters in the order of the text, so binding by position
    /// would swap them silently.
    private let positions: [Int32]
    /// The memory of bound ids, which SQLite uses without a copy.
    private let ids: UnsafeMutablePointer<(high: UInt64, low: UInt64)>
    /// The number of values bound so far. Unchecked, because a check would cost as much as binding an integer.
    @exclusivity(unchecked) private var count = 0

    /// Returns nil if SQLite refuses the text. Then the connection has the error.
    init?(_ statement: Statement, on connection: OpaquePointer) throws(DatabaseError) {
        var prepared: OpaquePointer?
        let isWhole = statement.text.withCString { text in
            var rest: UnsafePointer<CChar>?
            sqlite3_prepare_v3(connection, text, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &prepared, &rest)
            return rest?.pointee == 0
        }
        guard let prepared else { return nil }
        let count = sqlite3_bind_parameter_count(prepared)
        let positions = (0..<count).map { sqlite3_bind_parameter_index(prepared, "$\($0 + 1)") }
        guard !positions.contains(0), isWhole else {
            sqlite3_finalize(prepared)
            throw DatabaseError(.misuse, "«\(statement)» must be one statement whose parameters are $1 to $\(count)")
        }
        self.positions = positions
        pointer = prepared
        ids = .allocate(capacity: max(1, positions.count))
        isReadOnly = sqlite3_stmt_readonly(prepared) != 0
    }

    /// Frees the statement, which must not be used again.
    func free() {
        sqlite3_finalize(pointer)
        ids.deallocate()
    }

    /// Binds all parameters.
    func set(_ bind: (Binder) -> Void, of statement: Statement) throws(DatabaseError) {
        count = 0
        bind(self)
        guard count == positions.count else {
            throw DatabaseError(.misuse, "«\(statement)» takes \(positions.count) parameters, not \(count)")
        }
    }

    /// The position of the next value. 0, which SQLite refuses, if there is no parameter left.
    private var next: Int32 {
        count += 1
        return count <= positions.count ? positions[count - 1] : 0
    }

    /// SQLITE_TRANSIENT: SQLite copies the value before the call returns.
    private static let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

    override func null(_ kind: ParameterKind) { sqlite3_bind_null(pointer, next) }
    override func integer(_ value: Int64) { sqlite3_bind_int64(pointer, next, value) }
    override func boolean(_ value: Bool) { sqlite3_bind_int64(pointer, next, value ? 1 : 0) }

    override func text(_ value: String) {
        var value = value
        value.withUTF8 { text in
            let start = UnsafeRawPointer(text.baseAddress)?.assumingMemoryBound(to: CChar.self)
            sqlite3_bind_text(pointer, next, start, Int32(text.count), Self.copied)
        }
    }

    override func bytes(_ value: [UInt8]) {
        if value.isEmpty {
            // An empty array may have no address, which would mean NULL.
            sqlite3_bind_zeroblob(pointer, next, 0)
        } else {
            sqlite3_bind_blob(pointer, next, value, Int32(value.count), Self.copied)
        }
    }

    override func id(high: UInt64, low: UInt64) {
        let position = next
        guard position > 0 else { return }
        ids[count - 1] = (high.bigEndian, low.bigEndian)
        sqlite3_bind_blob(pointer, position, ids + count - 1, 16, nil)
    }
}
