import Kernel

/// The one row that a program writes before it migrates the database.
///
/// Within a transaction, its lock excludes other programs. An engine that commits before each change of a table commits the
/// row, too. Then `holder` excludes the others, and number and step say how far the migration has come.
struct MigrationClaim: Equatable {
    /// A random number of the program that migrates. 0 if none does.
    let holder: Int64
    /// The migration that a program has begun, and its next step. An ended program may have done this step.
    let number: Int
    let step: Int
    let renewedAt: Int64

    static let table = """
        create table if not exists migration_claim (
            id bigint not null, holder bigint not null, number bigint not null, step bigint not null,
            renewed_at bigint not null, constraint migration_claim_key primary key (id))
        """

    private enum Statements {
        static let insert: Statement = """
            insert into migration_claim (id, holder, number, step, renewed_at) values (1, 0, 0, 0, 0)
            on conflict (id) do nothing
            """
        static let find: Statement = "select holder, number, step, renewed_at from migration_claim where id = 1"
        static let take: Statement = """
            update migration_claim set holder = $1, renewed_at = $2
            where id = 1 and (holder = 0 or holder = $3 and renewed_at = $4)
            """
        static let save: Statement =
            "update migration_claim set holder = $2, number = $3, step = $4, renewed_at = $5 where id = 1 and holder = $1"
    }

    /// Inserts the row unless it exists.
    static func insert(on session: any DatabaseSession) throws {
        try session.begin()
        try session.execute(Statements.insert, { _ in }, expected: nil)
        try session.commit()
    }

    static func find(on session: any DatabaseSession) throws -> MigrationClaim {
        let claims = try Reader(session, now: Timestamp(milliseconds: 0)).rows(Statements.find) { row in
            MigrationClaim(
                holder: try row.int64(0), number: try row.int(1), step: try row.int(2), renewedAt: try row.int64(3))
        }
        guard let claim = claims.first else { throw BrokenInvariant("the table migration_claim has no row") }
        return claim
    }

    /// Returns true if no program holds the claim, or only the one of `stale`.
    static func take(
        by holder: Int64, from stale: MigrationClaim?, now: Timestamp, on session: any DatabaseSession
    ) throws -> Bool {
        try session.executeCounting(Statements.take) {
            $0.bind(holder, now, stale?.holder ?? 0, stale?.renewedAt ?? 0)
        } == 1
    }

    /// Returns false if another program has taken the claim.
    static func save(
        by holder: Int64, as newHolder: Int64, number: Int, step: Int, now: Timestamp, on session: any DatabaseSession
    ) throws -> Bool {
        try session.executeCounting(Statements.save) { $0.bind(holder, newHolder, number, step, now) } == 1
    }
}
