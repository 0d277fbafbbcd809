import Kernel

/// One row of a result. It reads columns from the engine's memory, so it cannot escape the closure.
///
/// Generic functions are inlinable, because the runtime would look up the metadata of each type in each call.
@usableFromInline
package struct Row: ~Copyable {
    let cells: Cells
    let statement: Statement

    @usableFromInline package func isNull(_ column: Int) -> Bool { cells.isNull(Int32(column)) }

    @usableFromInline
    package func int64(_ column: Int) throws -> Int64 {
        guard let value = cells.int64(Int32(column)) else { throw mismatch(column, "an integer") }
        return value
    }

    package func int(_ column: Int) throws -> Int { Int(try int64(column)) }
    package func bool(_ column: Int) throws -> Bool { try int64(column) != 0 }
    package func timestamp(_ column: Int) throws -> Timestamp { Timestamp(milliseconds: try int64(column)) }

    package func text(_ column: Int) throws -> String {
        guard let value = cells.withText(Int32(column), { String(decoding: $0, as: UTF8.self) }) else {
            throw mismatch(column, "text")
        }
        return value
    }

    package func bytes(_ column: Int) throws -> [UInt8] {
        guard let value = cells.withBytes(Int32(column), { [UInt8]($0) }) else { throw mismatch(column, "bytes") }
        return value
    }

    @inlinable
    package func id<Entity>(_ column: Int, as entity: Entity.Type = Entity.self) throws -> ID<Entity> {
        ID(of: try anyID(column))
    }

    @usableFromInline
    func anyID(_ column: Int) throws -> ID<Never> {
        guard let id = cells.withBytes(Int32(column), { ID<Never>(bytes: $0) }) ?? nil else {
            throw mismatch(column, "an id of 16 bytes")
        }
        return id
    }

    private func mismatch(_ column: Int, _ expected: String) -> DatabaseError {
        damaged(column, "\(isNull(column) ? "NULL" : "of another type"), not \(expected)")
    }

    @usableFromInline
    func damaged(_ column: Int, _ found: String) -> DatabaseError {
        DatabaseError(.damaged, "column \(column) of «\(statement)» is \(found): correct the row")
    }
}

extension Row {
    package func optionalInt64(_ column: Int) throws -> Int64? { isNull(column) ? nil : try int64(column) }
    package func optionalTimestamp(_ column: Int) throws -> Timestamp? { isNull(column) ? nil : try timestamp(column) }
    package func optionalText(_ column: Int) throws -> String? { isNull(column) ? nil : try text(column) }
    @inlinable
    package func optionalID<Entity>(_ column: Int, as entity: Entity.Type = Entity.self) throws -> ID<Entity>? {
        isNull(column) ? nil : try id(column)
    }

    /// The state or kind with the stored raw value. Throws `damaged` if there is none.
    @inlinable
    package func value<Value: RawRepresentable>(
        _ column: Int, as type: Value.Type = Value.self
    ) throws -> Value where Value.RawValue: BinaryInteger {
        let number = try int64(column)
        guard let raw = Value.RawValue(exactly: number), let value = Value(rawValue: raw) else {
            throw damaged(column, "\(number), which is no \(Value.self)")
        }
        return value
    }

    package func currency(_ column: Int) throws -> Currency {
        let code = try text(column)
        guard let currency = Currency(code) else { throw damaged(column, "“\(code)”, which is no currency") }
        return currency
    }

    /// The amount in `column` and its currency in the next one.
    package func money(_ column: Int) throws -> Money {
        Money(minorUnits: try int64(column), try currency(column + 1))
    }
}
