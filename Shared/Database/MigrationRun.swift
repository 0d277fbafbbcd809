import Kernel

/// One attempt to apply one migration.
///
///     begin ─▶ claim ─▶ step ─▶ step ─▶ number of the migration, claim released ─▶ commit
///
/// SQLite and PostgreSQL run all of this in one transaction. Some engines commit before each change of a table. Then each
/// step stands alone, and the claim records how many were done. If the program ends, the next one repeats the step that was
/// under way. If that was done, its table, column or index exists already, or does not exist any more.
struct MigrationRun {
    enum Outcome { case done, otherProgram }

    private static let insert: Statement = "insert into migration (number, name, applied_at) values ($1, $2, $3)"
    private static let selectCount: Statement = "select count(*) from migration"

    let migration: Migration
    let number: Int
    /// The number of all migrations.
    let count: Int
    let steps: [String]
    /// The claim of a program that has probably ended.
    let stale: MigrationClaim?
    let session: any DatabaseSession
    let environment: Environment
    private let holder = Int64.random(in: 1 ... .max)

    func apply() throws -> Outcome {
        do {
            try session.begin()
            guard try MigrationClaim.take(by: holder, from: stale, now: environment.now(), on: session),
                try appliedCount() == number - 1
            else {
                session.rollback()
                return .otherProgram
            }
            let claim = try MigrationClaim.find(on: session)
            let isRepeated = claim.number == number
            // A step that was done before would end the transaction.
            if isRepeated { try session.commit() } else { try save(step: 0) }
            environment.observe(.migrating(migration.name, number: number, of: count))
            try run(from: isRepeated ? claim.step : 0, isRepeated: isRepeated)
            try finish()
            return .done
        } catch {
            session.rollback()
            try? release(after: error)
            guard let error = error as? DatabaseError, error.reason == .conflict || error.isTaken else { throw error }
            return .otherProgram
        }
    }

    private func run(from first: Int, isRepeated: Bool) throws {
        let progress = MigrationProgress(of: migration, count: steps.count, environment)
        progress.start()
        defer { progress.finish() }
        for (index, step) in steps.enumerated().dropFirst(first) {
            progress.begin(step: index)
            do throws(DatabaseError) {
                try session.script(step)
            } catch {
                guard isRepeated, index == first, error.meansRepetition else { throw error }
            }
            try save(step: index + 1)
        }
    }

    private func finish() throws {
        if try !session.checkTransaction() { try session.begin() }
        try session.execute(Self.insert, { $0.bind(number, migration.name, environment.now()) }, expected: 1)
        try save(as: 0, number: 0, step: 0)
        try session.commit()
    }

    /// Lets other programs continue. Unless a step may be done, it also forgets the migration, so that the table of another
    /// program is never taken for one that a step has created.
    private func release(after error: any Error) throws {
        try inTransaction {
            let claim = try MigrationClaim.find(on: session)
            guard claim.holder == holder else { return }
            let isTransient = (error as? DatabaseError)?.isTransient ?? false
            try save(as: 0, number: isTransient || claim.step > 0 ? number : 0, step: claim.step)
        }
    }

    /// Stores the next step, with the changes before it if the engine keeps the transaction.
    private func save(step: Int) throws {
        if try session.checkTransaction() { return try save(as: holder, number: number, step: step) }
        try inTransaction { try save(as: holder, number: number, step: step) }
    }

    /// Conflicts if another program has taken the claim.
    private func save(as newHolder: Int64, number: Int, step: Int) throws {
        let isSaved = try MigrationClaim.save(
            by: holder, as: newHolder, number: number, step: step, now: environment.now(), on: session)
        if !isSaved { throw DatabaseError.conflict }
    }

    private func inTransaction(_ body: () throws -> Void) throws {
        try session.begin()
        do {
            try body()
            try session.commit()
        } catch {
            session.rollback()
            throw error
        }
    }

    private func appliedCount() throws -> Int {
        let reader = Reader(session, now: environment.now())
        return try reader.first(Self.selectCount) { row in try row.int(0) } ?? 0
    }
}

extension DatabaseError {
    /// True if a step that is repeated fails in this way if it was done before.
    fileprivate var meansRepetition: Bool {
        if case .constraint = reason { true } else { isAboutSchema }
    }

    /// True if another program has inserted the number of the migration.
    fileprivate var isTaken: Bool { reason == .constraint("migration_key") }
}
