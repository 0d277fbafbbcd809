/// One step of a schema's history. The list of them only ever grows at its end: what a database has run is remembered in
/// it, by number and name.
package struct Migration: Sendable {
    package let name: String
    package let steps: [Step]

    package init(_ name: String, _ steps: Step...) {
        self.name = name
        self.steps = steps
    }

    /// One statement. Nearly always the same text for both engines, as a literal.
    package struct Step: Sendable, ExpressibleByStringLiteral {
        let sqlite: String?
        let postgreSQL: String?

        package init(stringLiteral sql: String) {
            sqlite = sql
            postgreSQL = sql
        }

        private init(sqlite: String?, postgreSQL: String?) {
            self.sqlite = sqlite
            self.postgreSQL = postgreSQL
        }

        /// A table and how each engine best stores it; SQLite keeps the rows in the order of their key.
        package static func table(
            _ sql: String, sqlite: String = "without rowid", postgreSQL: String = ""
        ) -> Step {
            Step(sqlite: "\(sql) \(sqlite)", postgreSQL: "\(sql) \(postgreSQL)")
        }

        package static func sqlite(_ sql: String) -> Step { Step(sqlite: sql, postgreSQL: nil) }
        package static func postgreSQL(_ sql: String) -> Step { Step(sqlite: nil, postgreSQL: sql) }
    }
}
