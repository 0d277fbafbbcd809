import Kernel

extension Row {
    /// The state or kind with the stored raw value. Throws `damaged` if there is none.
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

    private func damaged(_ column: Int, _ found: String) -> DatabaseError {
        DatabaseError(.damaged, "column \(column) of «\(statement)» is \(found): correct the row")
    }
}
