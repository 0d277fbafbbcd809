import CSQLite
import Glibc

/// Compares a SQLite database with its mark when it is opened.
struct MarkCheck {
    let path: String
    let mark: DatabaseMark.Content?
    /// The rows that are missing, if the operator accepted it.
    private(set) var loss: String?
    private let acceptsLoss: Bool

    /// Examines the files before SQLite opens them, because SQLite may delete a log.
    init(_ path: String, acceptsLoss: Bool) throws {
        self.path = path
        self.acceptsLoss = acceptsLoss
        var problem: String?
        do {
            mark = try DatabaseMark.read(of: path)
        } catch let error as DatabaseError {
            mark = nil
            problem = error.message
        }
        try note(loss: problem ?? fileLoss)
    }

    /// True if the database has a mark, and at least as many commits. A database of a version without marks, or a copy, has
    /// none.
    var isMatching: Bool { loss == nil && mark != nil && mark?.state != .creating }
    /// True if it also was closed cleanly.
    var isClean: Bool { loss == nil && mark?.state == .closed }

    var hasFile: Bool { FileStatus(of: path) != nil }

    private var fileLoss: String? {
        let file = FileStatus(of: path)
        if let file, file.byteCount > 0 || !file.isRegular { return nil }
        let state = file == nil ? "is missing" : "is empty"
        if let log = FileStatus(of: path + "-wal"), log.byteCount > 0 {
            return "\(path) \(state), but its log \(path)-wal exists"
        }
        switch mark?.state {
        case .open, .closed: return "\(path) \(state), but it had \(mark?.commits ?? 0) commits"
        case .creating: return nil
        case nil: return file == nil ? nil : "\(path) is empty, which a database never is"
        }
    }

    /// Compares the opened database with its mark. `row` is that of the database.
    mutating func compare(_ row: DatabaseMark.Content?) throws {
        if isMatching, let mark { try note(loss: difference(row, mark)) }
    }

    private mutating func note(loss: String?) throws {
        self.loss = loss
        if let loss, !acceptsLoss { throw refusal(loss) }
    }

    private func difference(_ row: DatabaseMark.Content?, _ mark: DatabaseMark.Content) -> String? {
        if let row, row.database != mark.database {
            return "\(path) is not the database that its mark belongs to"
        }
        // Without a row, the row was in the lost log, or the database is a copy from before the mark.
        let commits = row?.commits ?? 0
        guard commits < mark.commits else { return nil }
        return """
            \(path) has \(commits) commits, but its mark has \(mark.commits): the last \(mark.commits - commits) commits \
            are missing
            """
    }

    private func refusal(_ loss: String) -> DatabaseError {
        DatabaseError(
            .setup,
            """
            \(loss). Restore the database together with its log (\(path)-wal), or restore a backup. For a new, empty \
            database, delete \(path), its log and its mark (\(path).mark). To start with the rows that are left: \
            --accept-loss
            """)
    }
}

extension SQLiteConnection {
    /// Returns the id and the number of commits in the database. Nil if it has no mark yet.
    func markRow() throws -> DatabaseMark.Content? {
        guard try !all("select 1 from sqlite_schema where name = 'database_mark'", map: { _ in }).isEmpty else {
            return nil
        }
        return try all("select database, commits from database_mark where id = 1") { row in
            DatabaseMark.Content(database: try row.text(0), state: .open, commits: try row.int64(1))
        }.first
    }

    /// Starts counting commits. `row` is that of the database.
    func startMark(_ row: DatabaseMark.Content?, after check: MarkCheck) throws {
        if check.isMatching, let row {
            mark = try DatabaseMark(existingOf: check.path, row)
        } else {
            let known = check.mark?.state == .creating ? check.mark?.database : nil
            let content = DatabaseMark.Content(
                database: known ?? DatabaseMark.Content.newID(), state: .open, commits: (row?.commits ?? 0) + 1)
            try script(
                """
                begin immediate;
                create table if not exists database_mark (
                    id bigint not null, database text not null, commits bigint not null,
                    constraint database_mark_key primary key (id)) without rowid;
                insert or replace into database_mark (id, database, commits)
                    values (1, '\(content.database)', \(content.commits));
                commit
                """)
            mark = try DatabaseMark(of: check.path, content)
        }
        countedCommits = mark!.content.commits
    }

    private static let countUp: Statement = "update database_mark set commits = $1 where id = 1"

    /// Writes the number of the next commit into the database. A commit with an unknown outcome uses up its number.
    func countCommit() throws(DatabaseError) {
        guard mark != nil, hasWritten else { return }
        countedCommits += 1
        try run(Self.countUp) { $0.bind(countedCommits) }
    }

    /// Writes the number into the mark, after the commit.
    func noteCommit() {
        guard let mark, hasWritten else { return }
        mark.note(commits: countedCommits)
    }
}
