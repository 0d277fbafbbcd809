import CSQLite

/// A prepared statement, which lives as long as its connection.
struct SQLiteStatement {
    let pointer: OpaquePointer
    let isReadOnly: Bool
    /// SQLite's positions of `$1`, `$2`, …. SQLite numbers parameters in the order of the text, so binding by position
    /// would swap them silently.
    private let positions: [Int32]
    /// The memory of bound ids, which SQLite uses without a copy.
    private let ids: UnsafeMutablePointer<(high: UInt64, low: UInt64)>

    /// Returns nil if SQLite refuses the text. Then the connection has the error. `faults` may edit the text in a test.
    init?(_ sql: StaticString, editedBy faults: Faults?, on connection: OpaquePointer) throws(DatabaseError) {
        let edited = faults?.edited(sql).map { text in
            var text = text
            return text.withUTF8 { Self.prepare($0, on: connection) }
        }
        let (prepared, isWhole) =
            edited ?? Self.prepare(.init(start: sql.utf8Start, count: sql.utf8CodeUnitCount), on: connection)
        guard let pointer = prepared else { return nil }
        let count = sqlite3_bind_parameter_count(pointer)
        positions = (0..<count).map { sqlite3_bind_parameter_index(pointer, "$\($0 + 1)") }
        guard !positions.contains(0), isWhole else {
            sqlite3_finalize(pointer)
            throw DatabaseError(.misuse, "«\(sql)» must be one statement whose parameters are $1 to $\(count)")
        }
        self.pointer = pointer
        ids = .allocate(capacity: max(1, positions.count))
        isReadOnly = sqlite3_stmt_readonly(pointer) != 0
    }

    /// Frees the statement, which must not be used again.
    func free() {
        sqlite3_finalize(pointer)
        ids.deallocate()
    }

    private static func prepare(
        _ text: UnsafeBufferPointer<UInt8>, on connection: OpaquePointer
    ) -> (statement: OpaquePointer?, isWhole: Bool) {
        var pointer: OpaquePointer?
        var rest: UnsafePointer<CChar>?
        let start = UnsafeRawPointer(text.baseAddress)?.assumingMemoryBound(to: CChar.self)
        let flags = UInt32(SQLITE_PREPARE_PERSISTENT)
        sqlite3_prepare_v3(connection, start, Int32(text.count), flags, &pointer, &rest)
        return (pointer, rest == start.map { $0 + text.count })
    }

    func bind(_ parameters: [any Bindable], of sql: StaticString) throws(DatabaseError) {
        guard parameters.count == positions.count else {
            throw DatabaseError(.misuse, "«\(sql)» takes \(positions.count) parameters, not \(parameters.count)")
        }
        // SQLITE_TRANSIENT: SQLite copies the value before the call returns.
        let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
        for (index, value) in parameters.enumerated() {
            let position = positions[index]
            switch value.parameter {
            case .null: sqlite3_bind_null(pointer, position)
            case .integer(let number): sqlite3_bind_int64(pointer, position, number)
            case .boolean(let isTrue): sqlite3_bind_int64(pointer, position, isTrue ? 1 : 0)
            case .text(let text): sqlite3_bind_text(pointer, position, text, Int32(text.utf8.count), copied)
            case .bytes(let bytes):
                if bytes.isEmpty {
                    // An empty array may have no address, which would mean NULL.
                    sqlite3_bind_zeroblob(pointer, position, 0)
                } else {
                    sqlite3_bind_blob(pointer, position, bytes, Int32(bytes.count), copied)
                }
            case .id(let high, let low):
                ids[index] = (high.bigEndian, low.bigEndian)
                sqlite3_bind_blob(pointer, position, ids + index, 16, nil)
            }
        }
    }
}
