import CLogWriter
import CPowerLoss
import CSQLite
import Glibc
import TestSupport
import Testing

/// The file system of the connection that writes.
@Suite struct LogWriterTests {
    private struct Problem: Error {
        let message: String
    }

    private final class Connection {
        private var handle: OpaquePointer?

        init(_ path: String, over below: String? = nil, writesLog: Bool = true) throws {
            let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
            let name = writesLog ? logwriter_over(below) : nil
            let fileSystem = writesLog ? String(cString: try #require(name)) : below
            try #require(sqlite3_open_v2(path, &handle, flags, fileSystem) == SQLITE_OK)
            try run("pragma journal_mode = wal; pragma synchronous = full")
        }

        deinit {
            sqlite3_close(handle)
        }

        func run(_ sql: String) throws {
            guard sqlite3_exec(handle, sql, nil, nil, nil) == SQLITE_OK else { throw problem }
        }

        func rollBack() throws {
            try run("rollback")
            logwriter_forget(handle)
        }

        private var problem: Problem { Problem(message: String(cString: sqlite3_errmsg(handle))) }

        func text(_ sql: String) throws -> String {
            var statement: OpaquePointer?
            guard sqlite3_prepare_v2(handle, sql, -1, &statement, nil) == SQLITE_OK else { throw problem }
            defer { sqlite3_finalize(statement) }
            guard sqlite3_step(statement) == SQLITE_ROW else { throw problem }
            return String(cString: sqlite3_column_text(statement, 0))
        }
    }

    private static let fill = """
        with recursive number(n) as (values (1) union all select n + 1 from number where n < 20000)
        insert into thing select n, 0, hex(randomblob(100)) from number
        """

    /// With a cache of 10 pages, SQLite writes pages to the log before the commit, and reads them back.
    @Test func `a transaction larger than the cache is read back, committed and rolled back`() throws {
        let folder = TemporaryFolder()
        let connection = try Connection("\(folder.path)/large.db")
        try connection.run("pragma cache_size = 10; create table thing (n integer primary key, round, text)")
        try connection.run("begin; \(Self.fill)")
        for round in 1...3 {
            try connection.run("update thing set round = \(round) where n % 7 = \(round + 1)")
            #expect(try connection.text("select count(*) from thing where round = \(round)") == "2857")
        }
        try connection.run("commit")
        let sum = try connection.text("select sum(n * (round + 1)) from thing")
        try connection.run("begin; update thing set round = 9; rollback")
        #expect(try connection.text("select sum(n * (round + 1)) from thing") == sum)
        #expect(try connection.text("pragma integrity_check") == "ok")
        let other = try Connection("\(folder.path)/large.db", writesLog: false)
        #expect(try other.text("select sum(n * (round + 1)) from thing") == sum)
    }

    @Test func `connections that write no log read committed rows at once`() throws {
        let folder = TemporaryFolder()
        let writer = try Connection("\(folder.path)/shared.db")
        try writer.run("pragma wal_autocheckpoint = 50; create table thing (n)")
        let reader = try Connection("\(folder.path)/shared.db", writesLog: false)
        for number in 1...300 {
            try writer.run("insert into thing values (\(number))")
            #expect(try reader.text("select count(*) || ' ' || max(n) from thing") == "\(number) \(number)")
        }
    }

    @Test func `the log grows by 1 MB, and has exactly the committed rows after a crash`() throws {
        let folder = TemporaryFolder()
        let path = "\(folder.path)/crash.db"
        let writer = try Connection(path)
        try writer.run("pragma wal_autocheckpoint = 0; create table thing (n integer primary key, round, text)")
        try writer.run(Self.fill)
        var size = stat()
        try #require(stat("\(path)-wal", &size) == 0)
        #expect(size.st_size > 0 && size.st_size % (1 << 20) == 0)
        try #require(stat(path, &size) == 0 && size.st_size < 100_000, "the file itself has no rows yet")
        // The two files as a killed program leaves them.
        for end in ["", "-wal"] {
            try #require(system("cp '\(path)\(end)' '\(folder.path)/copy.db\(end)'") == 0)
        }
        let copy = try Connection("\(folder.path)/copy.db")
        #expect(try copy.text("select count(*) from thing") == "20000")
        #expect(try copy.text("pragma integrity_check") == "ok")
        try copy.run("pragma wal_checkpoint(truncate); delete from thing where n > 5")
        #expect(try copy.text("select count(*) from thing") == "5")
    }

    @Test func `a full disk is an error of the commit, which succeeds once there is space`() throws {
        powerloss_register()
        let folder = TemporaryFolder()
        let path = "\(folder.path)/full.db"
        let writer = try Connection(path, over: POWERLOSS_VFS)
        try #require(try writer.text("select count(*) from sqlite_schema") == "0", "the log is open now")
        // The log cannot grow by 1 MB, but there is space for the commit.
        powerloss_limit("\(path)-wal", 100_000)
        try writer.run("create table thing (n integer primary key, round, text)")
        try writer.run("insert into thing values (-1, 0, '')")
        let problem = #expect(throws: Problem.self) { try writer.run(Self.fill) }
        #expect(problem?.message == "database or disk is full")
        #expect(try writer.text("select count(*) from thing") == "1")
        try writer.run("insert into thing values (0, 0, '')")
        powerloss_limit("\(path)-wal", 0)
        try writer.run(Self.fill)
        #expect(try writer.text("select count(*) from thing") == "20002")
        #expect(try writer.text("pragma integrity_check") == "ok")
    }

    /// The log lacks the pages that could not be written, so the whole transaction has to be undone.
    @Test func `a disk that is full when pages are read back fails the whole transaction`() throws {
        powerloss_register()
        let folder = TemporaryFolder()
        let path = "\(folder.path)/spilled.db"
        let writer = try Connection(path, over: POWERLOSS_VFS)
        try writer.run("create table thing (n integer primary key, round, text); create table other (n not null)")
        for count in stride(from: 2000, to: 8000, by: 500) {
            try writer.run("delete from thing; pragma wal_checkpoint(truncate); pragma cache_size = 10")
            try writer.run("begin; \(Self.fill) limit \(count); savepoint one")
            powerloss_limit("\(path)-wal", 1)
            #expect(throws: Problem.self) { try writer.run("insert into other select n from thing") }
            powerloss_limit("\(path)-wal", 0)
            #expect(throws: Problem.self, "the savepoint is gone") { try writer.run("rollback to one") }
            #expect(try writer.text("select count(*) from thing") == "0")
            #expect(try writer.text("pragma integrity_check") == "ok")
        }
    }

    @Test func `pages left by a rollback overwrite nothing`() throws {
        let folder = TemporaryFolder()
        let path = "\(folder.path)/left.db"
        let writer = try Connection(path)
        try writer.run("create table thing (n integer primary key, round, text); pragma cache_size = 10")
        let other = try Connection(path, writesLog: false)
        for number in 1...20 {
            try writer.run("pragma wal_checkpoint(truncate); begin; \(Self.fill) limit \(100 * number)")
            try writer.rollBack()
            try other.run("insert into thing values (-\(number), 0, hex(randomblob(3000)))")
            #expect(try writer.text("select count(*) from thing") == "\(number)")
            #expect(try other.text("select sum(length(text)) from thing") == "\(6000 * number)")
        }
        #expect(try writer.text("pragma integrity_check") == "ok")
    }

    @Test func `an unknown name of a file system is refused`() {
        #expect(logwriter_over("unknown") == nil)
        #expect(logwriter_over(nil) != nil && logwriter_over(nil) == logwriter_over(nil))
    }
}
