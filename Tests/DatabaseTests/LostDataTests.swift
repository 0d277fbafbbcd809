import CPowerLoss
import Database
import DatabaseWriter
import Glibc
import Kernel
import Synchronization
import TestSupport
import Testing
import Threads

/// A database that lost rows does not open.
@Suite struct LostDataTests {
    private func problem(opening path: String) async throws -> DatabaseError? {
        try await onThread {
            do {
                _ = try Database(url: "sqlite://\(path)", migrations: Ledger.migrations, clock: ManualClock())
                return nil
            } catch {
                return error as? DatabaseError
            }
        }
    }

    /// Runs the writer until it has acknowledged `count` entries, then kills it. Returns the acknowledged entries.
    @discardableResult
    private func crash(_ path: String, run: Int = 1, after count: Int = 20) async throws -> [Int] {
        try await onThread {
            let program = ChildProcess.path(of: "DatabaseWriter")
            let writer = ChildProcess([program, "sqlite://\(path)", "\(run)", "1000000"])
            var acknowledged: [Int] = []
            #expect(writer.readLine() == "ready")
            while acknowledged.count < count, let number = writer.readLine().flatMap({ Int($0) }) {
                acknowledged.append(number)
            }
            writer.kill(SIGKILL)
            while let number = writer.readLine().flatMap({ Int($0) }) { acknowledged.append(number) }
            writer.wait()
            return acknowledged
        }
    }

    @Test func `an empty file is refused, before the first start of this version and after it`() async throws {
        let folder = TemporaryFolder()
        folder.write("", to: "test.db")
        let path = "\(folder.path)/test.db"
        #expect(try await problem(opening: path)?.message.contains("is empty") == true)
        #expect(folder.read("test.db") == "")
        unlink(path)
        try await crash(path)
        truncate(path, 0)
        unlink(path + "-wal")
        let error = try await problem(opening: path)
        #expect(error?.reason == .setup)
        #expect(error?.message.contains("is empty") == true && error?.message.contains("--accept-loss") == true)
    }

    @Test func `a missing file is refused, with its log and without`() async throws {
        let folder = TemporaryFolder()
        let path = "\(folder.path)/test.db"
        try await crash(path)
        try #require(rename(path, path + ".away") == 0)
        #expect(try await problem(opening: path)?.message.contains("is missing") == true)
        let log = folder.read("test.db-wal")
        #expect(log?.isEmpty == false, "the log stays unchanged")
        unlink(path + "-wal")
        #expect(try await problem(opening: path)?.message.contains("is missing") == true)
        // Only a log, of a version without marks.
        unlink(path + ".mark")
        folder.write("frames", to: "test.db-wal")
        #expect(try await problem(opening: path)?.message.contains("is missing") == true)
        #expect(folder.read("test.db-wal") == "frames")
    }

    @Test func `a log missing or cut after a crash is refused, and restoring it is enough`() async throws {
        let folder = TemporaryFolder()
        let path = "\(folder.path)/test.db"
        let acknowledged = try await crash(path)
        try #require(rename(path + "-wal", path + ".away") == 0)
        let error = try await problem(opening: path)
        #expect(error?.reason == .setup && error?.message.contains("commits are missing") == true)
        #expect(error?.message.contains("--accept-loss") == true)
        try #require(Command.run("cp", path + ".away", path + "-wal").status == 0)
        try #require(truncate(path + "-wal", 40_000) == 0)
        #expect(try await problem(opening: path)?.message.contains("commits are missing") == true)
        try #require(Command.run("cp", path + ".away", path + "-wal").status == 0)
        let database = try await onThread {
            try Database(url: "sqlite://\(path)", migrations: Ledger.migrations, clock: ManualClock())
        }
        #expect(try await database.scan { try Ledger.problem(in: $0, acknowledged: acknowledged, of: 1) } == nil)
        await database.close()
    }

    @Test func `an older copy in place of the database is refused`() async throws {
        let folder = TemporaryFolder()
        let path = "\(folder.path)/test.db"
        try await crash(path, run: 1)
        try await onThread { try Database.backup(of: "sqlite://\(path)", to: "\(folder.path)/copy.db") }
        try await crash(path, run: 2)
        unlink(path + "-wal")
        try #require(Command.run("cp", "\(folder.path)/copy.db", path).status == 0)
        #expect(try await problem(opening: path)?.message.contains("commits are missing") == true)
        // Another database with more commits.
        try await crash("\(folder.path)/other.db", after: 400)
        try #require(Command.run("cp", "\(folder.path)/other.db", path).status == 0)
        try #require(Command.run("cp", "\(folder.path)/other.db-wal", path + "-wal").status == 0)
        #expect(
            try await problem(opening: path)?.message.contains("is not the database that its mark belongs to") == true)
    }

    @Test func `--accept-loss starts with the remaining rows, reports the loss, and is needed once`()
        async throws
    {
        let folder = TemporaryFolder()
        let path = "\(folder.path)/test.db"
        try await crash(path)
        unlink(path + "-wal")
        let losses = Lock<[String]>([])
        for acceptsLoss in [true, false] {
            let database = try await onThread {
                try Database(
                    url: "sqlite://\(path)", migrations: Ledger.migrations, clock: ManualClock(),
                    acceptsLoss: acceptsLoss
                ) { event in
                    if case .acceptedLoss(let loss) = event { losses.withLock { $0.append(loss) } }
                }
            }
            try await database.transaction { try Ledger.write(acceptsLoss ? 1 : 2, of: 9, $0) }
            #expect(try await database.scan { try Ledger.problem(in: $0, acknowledged: [1], of: 9) } == nil)
            await database.close()
        }
        #expect(losses.withLock { $0.count } == 1)
        #expect(losses.withLock { $0.first?.contains("commits are missing") } == true)
    }

    @Test func `a crash during the creation of a database is no loss`() async throws {
        let folder = TemporaryFolder()
        folder.write(
            "onsale database mark, version 1\ndatabase \(String(repeating: "0", count: 32))\nstate creating\ncommits 0\n",
            to: "test.db.mark")
        folder.write("", to: "test.db")
        #expect(try await problem(opening: "\(folder.path)/test.db") == nil)
    }

    @Test func `the error for a mark that cannot be read names the file`() async throws {
        let folder = TemporaryFolder()
        let path = "\(folder.path)/test.db"
        #expect(try await problem(opening: path) == nil)
        folder.write("something else", to: "test.db.mark")
        #expect(try await problem(opening: path)?.message.contains("test.db.mark is damaged") == true)
    }

    @Test func `a database of a version without marks opens and gets one`() async throws {
        let folder = TemporaryFolder()
        let path = "\(folder.path)/test.db"
        let acknowledged = try await crash(path)
        let drop = "import sqlite3, sys; sqlite3.connect(sys.argv[1]).execute('drop table database_mark')"
        #expect(Command.run("python3", "-c", drop, path).status == 0)
        #expect(try await problem(opening: path)?.message.contains("commits are missing") == true)
        unlink(path + ".mark")
        let database = try await onThread {
            try Database(url: "sqlite://\(path)", migrations: Ledger.migrations, clock: ManualClock())
        }
        #expect(try await database.scan { try Ledger.problem(in: $0, acknowledged: acknowledged, of: 1) } == nil)
        await database.close()
        #expect(folder.read("test.db.mark")?.contains("state closed") == true)
    }

    @Test func `a database without its last commit is refused, and a complete one is accepted`() async throws {
        let test = try await TestDatabase.make(on: .file)
        let path = "\(test.folder.path)/test.db"
        await (try await test.open(Ledger.migrations)).close()
        let mark = try #require(test.folder.read("test.db.mark"))
        let number = try #require(Int(mark.split(separator: "commits ").last?.filter { $0 != "\n" } ?? ""))
        #expect(try await problem(opening: path) == nil)
        let digits = String("0000000000000000000\(number + 1)".suffix(19))
        test.folder.write(mark.replacing(#/commits \d+/#, with: "commits \(digits)"), to: "test.db.mark")
        #expect(try await problem(opening: path)?.message.contains("the last 1 commits are missing") == true)
    }

    @Test func `the mark counts the commits that wrote, after the commit`() async throws {
        let test = try await TestDatabase.make(on: .file)
        powerloss_register()
        var limits = DatabaseLimits()
        limits.fileSystem = POWERLOSS_VFS
        let database = try await test.open(Ledger.migrations, limits: limits)
        func commits() throws -> Int {
            let digits = try #require(test.folder.read("test.db.mark")?.split(separator: "commits ").last)
            return try #require(Int(digits.filter { $0 != "\n" }))
        }
        let before = try commits()
        for number in 1...3 { try await database.transaction { try Ledger.write(number, of: 1, $0) } }
        #expect(try commits() == before + 3)
        try await database.transaction { _ = try $0.exists("select 1 from entry") }
        #expect(try commits() == before + 3)
        let log = "\(test.folder.path)/test.db-wal"
        powerloss_limit(log, 1)
        await #expect(throws: DatabaseError.self) {
            try await database.transaction { try Ledger.write(4, of: 1, $0) }
        }
        #expect(try commits() == before + 3, "the mark is never ahead of the database")
        powerloss_limit(log, 0)
        await database.close()
        #expect(try commits() == before + 3)
    }

    @Test func `a crash, a later query with a tool, and a clean stop are no loss`() async throws {
        let folder = TemporaryFolder()
        let path = "\(folder.path)/test.db"
        for run in 1...3 {
            let acknowledged = try await crash(path, run: run)
            if run == 2 {
                // The tool closes the file last, so it moves the log into the file and deletes the log.
                let query =
                    "import sqlite3, sys; sqlite3.connect(sys.argv[1]).execute('select 1 from entry').fetchall()"
                #expect(Command.run("python3", "-c", query, path).status == 0)
            }
            if run == 3 { try await onThread { try Database.backup(of: "sqlite://\(path)", to: path + ".copy") } }
            let database = try await onThread {
                try Database(url: "sqlite://\(path)", migrations: Ledger.migrations, clock: ManualClock())
            }
            #expect(try await database.scan { try Ledger.problem(in: $0, acknowledged: acknowledged, of: run) } == nil)
            await database.close()
        }
        #expect(try await problem(opening: path) == nil)
    }
}
