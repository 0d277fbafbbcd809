import Testing

@testable import Database

/// The names of prepared statements. Each text has one name.
@Suite struct StatementNameTests {
    @Test func `a name is computed from the text and the types, the same in every program`() {
        let name = PostgreSQLStatement.name(of: "select $1", [20])
        #expect(name == PostgreSQLStatement.name(of: "select $1", [20]))
        #expect(name.hasPrefix("onsale_") && name.utf8.count == 39)
        #expect(name != PostgreSQLStatement.name(of: "select $1", [25]))
        #expect(name != PostgreSQLStatement.name(of: "select $2", [20]))
        // A literal, so that a new version cannot change it.
        #expect(PostgreSQLStatement.name(of: "", []) == "onsale_cbf29ce4842223256c62272e07bb0142")
        #expect(PostgreSQLStatement.name(of: "a", []).hasPrefix("onsale_af63dc4c8601ec8c"))
    }

    @Test func `two texts whose names collide get two names`() throws {
        var statements = PostgreSQLStatements { _, _ in "same" }
        let (one, isOneNew) = try statements.add("select 1", for: [])
        let (two, isTwoNew) = try statements.add("select 2", for: [])
        let (three, isThreeNew) = try statements.add("select $1", for: [3])
        #expect([one, two, three].map { String(cString: $0.name) } == ["same", "same_2", "same_3"])
        #expect(isOneNew && isTwoNew && isThreeNew)
        #expect(statements["select 2"] === two)
    }

    @Test func `a known text is not prepared again, whatever its address`() throws {
        var statements = PostgreSQLStatements()
        let (first, _) = try statements.add("select 1", for: [])
        let (again, isNew) = try statements.add("select 1", for: [])
        #expect(first === again && !isNew)
        first.isRefused = true
        #expect(statements["select 1"] == nil)
        #expect(try statements.add("select 1", for: []).isNew)
    }
}
