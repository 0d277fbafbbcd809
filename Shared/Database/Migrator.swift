import Kernel
import Threads

/// Migrates a database to the program's schema when it is opened.
struct Migrator {
    let migrations: [Migration]
    let url: String
    let environment: Environment
    let sql: (Migration.Step) -> String?

    private static let select: Statement = "select name from migration order by number"

    func run(on session: any DatabaseSession) throws {
        for table in Self.ownTables { try create(table, on: session) }
        if try appliedCount(on: session) < migrations.count { try MigrationClaim.insert(on: session) }
        var others = OtherPrograms(patience: environment.limits.migrationPatience)
        while true {
            let count = try appliedCount(on: session)
            if count == migrations.count { return }
            let migration = migrations[count]
            let run = MigrationRun(
                migration: migration, number: count + 1, count: migrations.count,
                steps: migration.steps.compactMap(sql), stale: others.stale, session: session, environment: environment)
            do {
                switch try run.apply() {
                case .done: environment.observe(.migrated(migration.name))
                case .otherProgram: others.wait(for: try MigrationClaim.find(on: session), environment)
                }
            } catch let error as DatabaseError {
                throw DatabaseError(.setup, "\(url): migration «\(migration.name)» failed: \(error.message)")
            }
        }
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
        MigrationClaim.table,
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
}

/// Waits for a program that migrates the same database.
private struct OtherPrograms {
    private static let pauseMilliseconds = 200

    let patience: Duration
    /// The claim that has not changed since `since`.
    private var seen: MigrationClaim?
    private var since = Uptime(nanoseconds: 0)
    /// The claim of a program that makes no progress, and has probably ended.
    private(set) var stale: MigrationClaim?

    init(patience: Duration) {
        self.patience = patience
    }

    mutating func wait(for claim: MigrationClaim, _ environment: Environment) {
        let now = SystemClock().uptime
        if claim != seen {
            if claim.holder != 0, seen?.holder != claim.holder {
                environment.observe(.warned("another program migrates this database: this one waits for it"))
            }
            (seen, since) = (claim, now)
        }
        stale = claim.holder != 0 && now - since >= patience ? claim : nil
        if stale == nil { _ = CountingSemaphore().wait(timeoutMilliseconds: Self.pauseMilliseconds) }
    }
}
