import CPostgreSQL

/// The prepared statements of one connection.
///
/// Invariant: a name belongs to one text with one list of types. A pooler may pass a session on to another client.
struct PostgreSQLStatements {
    private let name: (String, [Oid]) -> String
    private var latest = StatementCache<PostgreSQLStatement>()
    private var byName: [String: PostgreSQLStatement] = [:]

    /// Tests pass another `name` to make names collide.
    init(name: @escaping (String, [Oid]) -> String = PostgreSQLStatement.name) {
        self.name = name
    }

    /// Returns the statement for parameters of these types, and true if the server has to prepare it.
    mutating func find(
        _ statement: Statement, _ types: [Oid]
    ) throws(DatabaseError) -> (PostgreSQLStatement, isNew: Bool) {
        if let known = latest[statement], known.types == types, !known.isRefused { return (known, false) }
        let base = name(statement.text, types)
        var name = base
        var number = 1
        while let known = byName[name], !known.isRefused {
            if known.types == types, known.text == statement.text {
                latest[statement] = known
                return (known, false)
            }
            number += 1
            name = "\(base)_\(number)"
        }
        let prepared = try PostgreSQLStatement(statement.text, named: name, types)
        byName[name] = prepared
        latest[statement] = prepared
        return (prepared, true)
    }
}
