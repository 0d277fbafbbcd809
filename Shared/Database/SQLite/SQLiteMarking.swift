import CSQLite
import Glibc
import Kernel

/// Compares a SQLite database with its mark when it is opened.
struct MarkCheck {
    /// The state of a database that may be used.
    enum Finding: Equatable {
        /// There is no file yet.
        case new
        /// A database of a version without marks, or a copy. It is used as it is.
        case unmarked
        /// It has at least as many commits as its mark. `isClean` is true if it was closed cleanly.
        case matching(isClean: Bool)
        /// Rows are missing, and the operator accepted it.
        case accepted(loss: String)
    }

    let path: String
    let mark: DatabaseMark.Content?
    let acceptsLoss: Bool
    private var loss: String?

    /// Examines the files before SQLite opens them, because SQLite may delete a log.
    init(_ path: String, acceptsLoss: Bool) throws {
        self.path = path
        self.acceptsLoss = acceptsLoss
        do {
            mark = try DatabaseMark.read(of: path)
        } catch let error as DatabaseError {
            mark = nil
            loss = error.message
        }
        loss = loss ?? fileLoss
        if let loss, !acceptsLoss { throw refusal(loss) }
    }

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

    /// Compares the opened database with its mark.
    func compare(_ row: DatabaseMark.Content?, isNew: Bool) throws -> Finding {
        if let loss { return .accepted(loss: loss) }
        guard let mark, mark.state != .creating else { return isNew ? .new : .unmarked }
        guard let loss = difference(row, mark) else { return .matching(isClean: mark.state == .closed) }
        guard acceptsLoss else { throw refusal(loss) }
        return .accepted(loss: loss)
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

    /// Starts counting commits. `path` is the path of the database.
    func startMark(at path: String, _ finding: MarkCheck.Finding, _ known: DatabaseMark.Content?) throws {
        let row = try markRow()
        var content = DatabaseMark.Content(
            database: DatabaseMark.Content.newID(), state: .open, commits: row?.commits ?? 0)
        switch finding {
        case .matching:
            content.database = row!.database
            mark = try DatabaseMark(existingOf: path, content)
        case .new, .unmarked, .accepted:
            content.database = known?.state == .creating ? known!.database : content.database
            content.commits += 1
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
            mark = try DatabaseMark(of: path, content)
        }
        countedCommits = content.commits
    }
}

extension SQLiteConnection {
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
