/// Migrates a database to the program's schema when it is opened.
struct Migrator {
    let migrations: [Migration]
    let url: String
    let environment: Environment
    let sql: (Migration.Step) -> String?

    private static let select: Statement = "select name from migration order by number"
    private static let insert: Statement = "insert into migration (number, name, applied_at) values ($1, $2, $3)"

    func run(on session: any DatabaseSession) throws {
        for table in Self.ownTables { try create(table, on: session) }
        // Another program may be migrating, too. Both insert the number of the step, so only one of them commits; the
        // other reads the list again. Each step of another program costs one more round.
        for _ in 0...(2 * migrations.count) {
            let count = try appliedCount(on: session)
            if count == migrations.count { return }
            try apply(count, on: session)
        }
        throw DatabaseError(.setup, "\(url): other programs keep migrating this database: stop them and start again")
    }

    /// The tables of every database: its migrations, and the newest time of its rows (one row with `id` 1).
    private static let ownTables = [
        """
        create table if not exists migration (
            number bigint not null, name text not null, applied_at bigint not null,
            constraint migration_key primary key (number))
        """,
        """
        create table if not exists newest_time (
            id bigint not null, at bigint not null, constraint newest_time_key primary key (id))
        """,
    ]

    private func create(_ table: String, on session: any DatabaseSession) throws {
        do {
            try session.script(table)
        } catch {
            // PostgreSQL reports an error if two programs create the table at once, despite `if not exists`. Then the
            // second attempt succeeds; other errors repeat.
            session.rollback()
            try session.script(table)
        }
    }

    /// Returns the number of applied migrations. Throws if the database has others than the program.
    private func appliedCount(on session: any DatabaseSession) throws -> Int {
        let reader = Reader(session, now: environment.now(), rowLimit: .max)
        let names = try reader.rows(Self.select) { row in try row.text(0) }
        for (index, name) in names.enumerated() {
            guard index < migrations.count else {
                throw DatabaseError(
                    .setup,
                    """
                    \(url) was last used by a newer program: it has \(names.count) migrations, this program has \
                    \(migrations.count). Start the newer program, or restore a backup from before its start
                    """)
            }
            guard name == migrations[index].name else {
                throw DatabaseError(
                    .setup,
                    """
                    \(url) belongs to another program: its migration \(index + 1) is «\(name)», this program's is \
                    «\(migrations[index].name)». Check the URL
                    """)
            }
        }
        return names.count
    }

    private func apply(_ index: Int, on session: any DatabaseSession) throws {
        let migration = migrations[index]
        environment.observe(.migrating(migration.name, number: index + 1, of: migrations.count))
        try session.begin()
        do throws(DatabaseError) {
            let bind = { (binder: Binder) in _ = binder.bind(index + 1, migration.name, environment.now()) }
            try session.execute(Self.insert, bind, expected: 1)
            for text in migration.steps.compactMap(sql) { try session.script(text) }
            try session.commit()
        } catch {
            session.rollback()
            if error.reason == .constraint("migration_key") { return }
            throw DatabaseError(.setup, "\(url): migration «\(migration.name)» failed: \(error.message)")
        }
        environment.observe(.migrated(migration.name))
    }
}
