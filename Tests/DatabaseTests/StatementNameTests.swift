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
        let (one, isOneNew) = try statements.find("select 1", [])
        let (two, isTwoNew) = try statements.find("select 2", [])
        let (three, isThreeNew) = try statements.find("select $1", [20])
        #expect([one, two, three].map { String(cString: $0.name) } == ["same", "same_2", "same_3"])
        #expect(isOneNew && isTwoNew && isThreeNew)
        let (found, isNew) = try statements.find("select 2", [])
        #expect(found === two && !isNew)
    }

    @Test func `a known text is prepared again only for other types, or if the server refused it`() throws {
        var statements = PostgreSQLStatements()
        let (first, _) = try statements.find("select $1", [20])
        let (again, isNew) = try statements.find("select $1", [20])
        #expect(first === again && !isNew)
        let (other, isOtherNew) = try statements.find("select $1", [25])
        #expect(other !== first && isOtherNew)
        #expect(try statements.find("select $1", [20]).0 === first)
        first.isRefused = true
        #expect(try statements.find("select $1", [20]).isNew)
    }

    @Test func `equal texts have one id`() {
        let columns: SQL = "id, name"
        let (composed, whole): (Statement, Statement) = ("select \(columns) from thing", "select id, name from thing")
        let other: Statement = "select \(columns) from other"
        #expect(composed.id == whole.id && composed.id != other.id)
    }
}
