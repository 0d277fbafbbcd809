import CSQLite
import Kernel

/// The names of a schema's constraints. SQLite names a CHECK when it is violated, but for a unique key it lists the columns
/// (`UNIQUE constraint failed: seat.concert_id, seat.label`).
struct SQLiteConstraints {
    /// The names, by the column list as SQLite writes it.
    private var names: [String: String] = [:]

    init() {}

    /// Reads the schema. Throws if a unique key has no name or the columns of another key, because SQLite's messages
    /// list only columns.
    init(of connection: SQLiteConnection) throws {
        let tables = try connection.all(
            "select name, sql from sqlite_master where type = 'table' order by name"
        ) { row in (name: try row.text(0), sql: try row.text(1)) }
        for table in tables where !table.name.hasPrefix("sqlite_") {
            var declared = Self.keys(declaredIn: table.sql)
            let indexes = try connection.all(
                "select name, origin from pragma_index_list($1) where \"unique\" = 1",
                { $0.bind(table.name) }
            ) { row in (name: try row.text(0), origin: try row.text(1)) }
            for index in indexes {
                let columns = try connection.all(
                    "select name from pragma_index_info($1) order by seqno", { $0.bind(index.name) }
                ) { row in try row.optionalText(0) ?? "an expression" }
                let list = columns.map { "\(table.name).\($0)" }.joined(separator: ", ")
                guard let name = index.origin == "c" ? index.name : declared.removeValue(forKey: columns) else {
                    throw DatabaseError(.setup, "the key over \(list) has no name: write constraint … unique (…)")
                }
                if let other = names.updateValue(name, forKey: list) {
                    throw DatabaseError(
                        .setup, "\(name) and \(other) have the same columns, \(list): remove one of them")
                }
            }
            // The key that is the rowid itself has no index.
            for (columns, name) in declared {
                names[columns.map { "\(table.name).\($0)" }.joined(separator: ", ")] = name
            }
        }
    }

    /// Returns the name of the constraint in the message of a violation. For NOT NULL, which has no name, it returns
    /// the column.
    func name(in message: String) -> String {
        guard let colon = message.firstRange(of: "failed: ") else { return message }
        var subject = String(message[colon.upperBound...])
        if subject.hasPrefix("index '") { subject = String(subject.dropFirst("index '".count).dropLast()) }
        return names[subject] ?? subject
    }

    /// Returns the names of keys such as `constraint seat_key primary key (concert_id, label)`, by their columns.
    private static func keys(declaredIn sql: String) -> [[String]: String] {
        let key = /constraint\s+(\S+)\s+(?:unique|primary\s+key)\s*\(([^)]*)\)/.ignoresCase()
        return sql.matches(of: key).reduce(into: [:]) { keys, match in
            keys[match.2.split { $0 == "," || $0.isWhitespace }.map(String.init)] = String(match.1)
        }
    }
}

extension SQLiteConnection {
    /// Returns all rows without a limit, for queries of the schema.
    func all<Value>(
        _ statement: Statement, _ bind: (Binder) -> Void = { _ in }, map: (borrowing Row) throws -> Value
    ) throws -> [Value] {
        let reader = Reader(self, now: .distantFuture, rowLimit: .max)
        return try reader.rows(statement, bind, map: map)
    }
}
