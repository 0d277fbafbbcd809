import CPostgreSQL
import Glibc

/// A statement as one connection has prepared it.
final class PostgreSQLStatement {
    let name: UnsafeMutablePointer<CChar>
    let types: [Oid]
    /// The server did not take it, or was not asked after an earlier error: it is to be prepared anew.
    var isRefused = false

    init(_ sql: StaticString, number: Int, for values: [any Bindable]) throws(DatabaseError) {
        let count = Self.parameterCount(of: sql)
        guard values.count == count else {
            throw DatabaseError(.misuse, "«\(sql)» takes \(count) parameters, not \(values.count)")
        }
        name = strdup("s\(number)")
        types = values.map { type(of: $0).kind.typeOID }
    }

    deinit {
        free(name)
    }

    func takes(_ values: [any Bindable]) -> Bool {
        values.count == types.count && zip(values, types).allSatisfy { type(of: $0).kind.typeOID == $1 }
    }

    /// The highest `$n`: the server itself would take values that the text does not use.
    private static func parameterCount(of sql: StaticString) -> Int {
        let text = UnsafeBufferPointer(start: sql.utf8Start, count: sql.utf8CodeUnitCount)
        return text.split(separator: UInt8(ascii: "$"), omittingEmptySubsequences: false).dropFirst().map { rest in
            rest.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
                .reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
        }.max() ?? 0
    }
}
