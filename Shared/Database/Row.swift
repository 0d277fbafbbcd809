import CSQLite
import Kernel

/// One row of a result. It reads columns from the engine's memory, so it cannot escape the closure.
@usableFromInline
package struct Row: ~Copyable {
    let cells: Cells
    let statement: Statement

    /// The columns in the memory of one of the two engines.
    enum Cells {
        case sqlite(SQLiteCells)
        case postgreSQL(PostgreSQLCells)
    }

    package func isNull(_ column: Int) -> Bool {
        switch cells {
        case .sqlite(let cells): cells.isNull(column)
        case .postgreSQL(let cells): cells.isNull(column)
        }
    }

    package func int64(_ column: Int) throws -> Int64 {
        let value =
            switch cells {
            case .sqlite(let cells): cells.int64(column)
            case .postgreSQL(let cells): cells.int64(column)
            }
        guard let value else { throw mismatch(column, "an integer") }
        return value
    }

    package func int(_ column: Int) throws -> Int { Int(try int64(column)) }

    package func bool(_ column: Int) throws -> Bool { try int64(column) != 0 }

    package func timestamp(_ column: Int) throws -> Timestamp { Timestamp(milliseconds: try int64(column)) }

    package func text(_ column: Int) throws -> String {
        let value =
            switch cells {
            case .sqlite(let cells): cells.withText(column) { String(decoding: $0, as: UTF8.self) }
            case .postgreSQL(let cells): cells.withBytes(column) { String(decoding: $0, as: UTF8.self) }
            }
        guard let value else { throw mismatch(column, "text") }
        return value
    }

    package func bytes(_ column: Int) throws -> [UInt8] {
        guard let value = withBytes(column, { [UInt8]($0) }) else { throw mismatch(column, "bytes") }
        return value
    }

    package func id<Entity>(_ column: Int, as entity: Entity.Type = Entity.self) throws -> ID<Entity> {
        let value = withBytes(column) { bytes -> ID<Entity>? in
            guard bytes.count == ID<Entity>.byteCount else { return nil }
            return ID(
                high: UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)),
                low: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)))
        }
        guard let value = value ?? nil else { throw mismatch(column, "an id of 16 bytes") }
        return value
    }

    private func withBytes<Value>(_ column: Int, _ body: (UnsafeRawBufferPointer) -> Value) -> Value? {
        switch cells {
        case .sqlite(let cells): cells.withBytes(column, body)
        case .postgreSQL(let cells): cells.withBytes(column, body)
        }
    }

    private func mismatch(_ column: Int, _ expected: String) -> DatabaseError {
        let found = isNull(column) ? "NULL" : "of another type"
        return DatabaseError(
            .damaged, "column \(column) of «\(statement)» is \(found), not \(expected): correct the row")
    }
}

extension Row {
    package func optionalInt64(_ column: Int) throws -> Int64? { isNull(column) ? nil : try int64(column) }
    package func optionalTimestamp(_ column: Int) throws -> Timestamp? { isNull(column) ? nil : try timestamp(column) }
    package func optionalText(_ column: Int) throws -> String? { isNull(column) ? nil : try text(column) }
    package func optionalBytes(_ column: Int) throws -> [UInt8]? { isNull(column) ? nil : try bytes(column) }
    package func optionalID<Entity>(_ column: Int, as entity: Entity.Type = Entity.self) throws -> ID<Entity>? {
        isNull(column) ? nil : try id(column)
    }
}
