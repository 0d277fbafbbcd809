/// One step of a schema's history. The list of migrations grows only at its end, because each database stores the
/// number and name of its migrations.
package struct Migration: Sendable {
    package let name: String
    package let steps: [Step]

    package init(_ name: String, _ steps: Step...) {
        self.name = name
        self.steps = steps
    }

    /// One statement, usually a literal that is the same for both engines.
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

        /// Returns a step that creates a table with the best storage of each engine: SQLite stores the rows in the
        /// order of their key.
        package static func table(
            _ sql: String, sqlite: String = "without rowid", postgreSQL: String = ""
        ) -> Step {
            Step(sqlite: "\(sql) \(sqlite)", postgreSQL: "\(sql) \(postgreSQL)")
        }

        package static func sqlite(_ sql: String) -> Step { Step(sqlite: sql, postgreSQL: nil) }
        package static func postgreSQL(_ sql: String) -> Step { Step(sqlite: nil, postgreSQL: sql) }
    }
}
