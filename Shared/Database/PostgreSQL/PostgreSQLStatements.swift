import CPostgreSQL

/// The prepared statements of one connection.
///
/// Invariant: a name stands for one text with one list of types, because a pooler may give a session and its names to
/// another client.
struct PostgreSQLStatements {
    private let name: (StaticString, [Oid]) -> String
    private var byAddress = StatementCache<PostgreSQLStatement>()
    private var byName: [String: PostgreSQLStatement] = [:]

    /// Tests pass another `name` to make names collide.
    init(name: @escaping (StaticString, [Oid]) -> String = PostgreSQLStatement.name) {
        self.name = name
    }

    /// A statement that is prepared, or whose preparation has been sent.
    subscript(sql: StaticString) -> PostgreSQLStatement? {
        byAddress[sql].flatMap { $0.isRefused ? nil : $0 }
    }

    /// Returns the statement for a text that is new at this address, and true if the server has to prepare it.
    mutating func add(
        _ sql: StaticString, for values: [any Bindable]
    ) throws(DatabaseError) -> (PostgreSQLStatement, isNew: Bool) {
        let types = values.map { type(of: $0).kind.typeOID }
        let base = name(sql, types)
        var name = base
        var number = 1
        while let known = byName[name], !known.isRefused {
            if known.types == types, known.text == sql.description {
                byAddress.insert(known, for: sql)
                return (known, false)
            }
            number += 1
            name = "\(base)_\(number)"
        }
        let statement = try PostgreSQLStatement(sql, named: name, types)
        byName[name] = statement
        byAddress.insert(statement, for: sql)
        return (statement, true)
    }
}
