/// One step of a schema's history. The list of migrations grows only at its end, because each database stores the
/// number and name of its migrations.
package struct Migration: Sendable {
    package let name: String
    package let steps: [Step]
    private var number: Int?

    package init(_ name: String, _ steps: Step...) {
        self.name = name
        self.steps = steps
    }

    /// A migration that does not follow the one before it in its list, such as a later change of one table.
    package init(_ number: Int, _ name: String, _ steps: Step...) {
        self.name = name
        self.steps = steps
        self.number = number
    }

    /// The migrations of a schema and of its tables, in the order of their numbers. A migration without a number follows
    /// the one before it in its list.
    package static func list(_ lists: [Migration]...) -> [Migration] {
        var numbered: [Int: Migration] = [:]
        for list in lists {
            var number = 0
            for migration in list {
                number = migration.number ?? number + 1
                let twin = numbered.updateValue(migration, forKey: number)
                precondition(twin == nil, "«\(migration.name)» has the number of another migration, \(number)")
            }
        }
        return (0..<numbered.count).map { index in
            guard let migration = numbered[index + 1] else { preconditionFailure("there is no migration \(index + 1)") }
            return migration
        }
    }

    /// One statement, usually a literal that is the same for both engines.
    package struct Step: Sendable {
        let sqlite: String?
        let postgreSQL: String?

        /// Returns a step that creates a table with the best storage of each engine: SQLite stores the rows in the
        /// order of their key.
        package static func table(_ sql: String, sqlite: String = "without rowid", postgreSQL: String = "") -> Step {
            Step(sqlite: "\(sql) \(sqlite)", postgreSQL: "\(sql) \(postgreSQL)")
        }

        package static func sqlite(_ sql: String) -> Step { Step(sqlite: sql, postgreSQL: nil) }
        package static func postgreSQL(_ sql: String) -> Step { Step(sqlite: nil, postgreSQL: sql) }
    }
}

extension Migration.Step: ExpressibleByStringLiteral {
    package init(stringLiteral sql: String) {
        self.init(sqlite: sql, postgreSQL: sql)
    }
}
