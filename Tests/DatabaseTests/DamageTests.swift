import Database
import DatabaseWriter
import Glibc
import Kernel
import TestSupport
import Testing
import Threads

/// Damaged pages in the file.
@Suite struct DamageTests {
    private final class Events: Sendable {
        let checks = Lock<[DatabaseCheck]>([])
        let damages = Lock<[DatabaseError]>([])

        func observe(_ event: DatabaseEvent) {
            switch event {
            case .checked(let check): checks.withLock { $0.append(check) }
            case .damaged(let error): damages.withLock { $0.append(error) }
            default: break
            }
        }
    }

    private static let pageBytes = 4096

    /// Writes a database with several pages of entries, all of them in the file. It is closed, or killed while open.
    private func fill(_ test: TestDatabase, isClosed: Bool) async throws {
        if isClosed {
            let database = try await test.open(Ledger.migrations)
            try await database.transaction { tx in for number in 1...2000 { try Ledger.write(number, of: 1, tx) } }
            return await database.close()
        }
        let url = test.url
        try await onThread {
            let writer = ChildProcess([ChildProcess.path(of: "DatabaseWriter"), url, "1", "1000000"])
            for _ in 1...2000 { _ = writer.readLine() }
            writer.kill(SIGKILL)
            writer.wait()
            // The last connection to close moves the log into the file.
            let query = "import sqlite3, sys; sqlite3.connect(sys.argv[1]).execute('select 1 from entry').fetchall()"
            #expect(Command.run("python3", "-c", query, String(url.dropFirst("sqlite://".count))).status == 0)
        }
    }

    /// Overwrites one page in the middle of the table of entries.
    private func damage(_ test: TestDatabase) async throws {
        let path = test.folder.path + "/test.db"
        let script = """
            import sqlite3, sys
            pages = [row[0] for row in sqlite3.connect(sys.argv[1]).execute(
                "select pageno from dbstat where name = 'entry' and pagetype = 'leaf' order by pageno")]
            print(pages[len(pages) // 2])
            """
        let output = try await onThread { Command.run("python3", "-c", script, path).output }
        let page = try #require(Int(output.filter { $0 != "\n" }), "\(output)")
        let file = open(path, O_WRONLY | O_CLOEXEC)
        defer { close(file) }
        let bytes = [UInt8](repeating: 0xa5, count: Self.pageBytes)
        #expect(pwrite(file, bytes, bytes.count, off_t((page - 1) * Self.pageBytes)) == bytes.count)
    }

    @Test func `after a crash the start reads all tables`() async throws {
        let test = try await TestDatabase.make(on: .file)
        try await fill(test, isClosed: false)
        let events = Events()
        let database = try await test.open(Ledger.migrations, observe: events.observe)
        let check = try #require(events.checks.withLock { $0.first })
        #expect(
            Set(check.checked) == ["migration", "migration_claim", "entry", "tally", "database_mark", "newest_time"]
                && check.unchecked == [])
        await database.close()
        await (try await test.open(Ledger.migrations, observe: events.observe)).close()
        #expect(events.checks.withLock { $0.count } == 1, "after a clean stop the tables are not checked")
    }

    @Test func `a start after a crash finds a page damaged in the middle`() async throws {
        let test = try await TestDatabase.make(on: .file)
        try await fill(test, isClosed: false)
        try await damage(test)
        let error = await #expect(throws: DatabaseError.self) { try await test.open(Ledger.migrations) }
        #expect(error?.reason == .damaged)
        #expect(error?.message.contains("table entry") == true)
        #expect(error?.message.contains("restore it from a backup") == true)
    }

    @Test func `the check reports tables that it did not finish in time`() async throws {
        let test = try await TestDatabase.make(on: .file)
        try await fill(test, isClosed: false)
        let events = Events()
        var limits = DatabaseLimits()
        limits.startCheck = .zero
        let database = try await test.open(Ledger.migrations, limits: limits, observe: events.observe)
        let check = try #require(events.checks.withLock { $0.first })
        #expect(check.checked == [] && check.unchecked.contains("entry"))
        await database.close()
    }

    @Test func `a check stops at its time limit`() async throws {
        let test = try await TestDatabase.make(on: .file)
        let database = try await test.open(Ledger.migrations)
        try await database.transaction { tx in
            try tx.execute(
                """
                insert into entry
                with recursive number(n) as (values (1) union all select n + 1 from number where n < 1000000)
                select 1, n, 1 from number
                """)
        }
        await database.close()
        // Long enough to reach the large table, but too short for its million rows. On a busy machine, the thread that
        // interrupts the check may begin after its end, so the test tries again.
        for _ in 1...20 {
            // The mark after a crash.
            let mark = try #require(test.folder.read("test.db.mark"))
            test.folder.write(mark.replacing("state closed", with: "state open  "), to: "test.db.mark")
            let events = Events()
            var limits = DatabaseLimits()
            limits.startCheck = .milliseconds(30)
            await (try await test.open(Ledger.migrations, limits: limits, observe: events.observe)).close()
            let check = try #require(events.checks.withLock { $0.first })
            if check.unchecked.contains("entry") { return }
        }
        Issue.record("no check has stopped in time")
    }

    @Test(arguments: [true, false])
    func `damage found at run time is reported, and the next start checks`(isWritten: Bool) async throws {
        let test = try await TestDatabase.make(on: .file)
        try await fill(test, isClosed: true)
        try await damage(test)
        let events = Events()
        let database = try await test.open(Ledger.migrations, observe: events.observe)
        let error = await #expect(throws: DatabaseError.self) {
            if isWritten {
                try await database.transaction { try $0.execute("update entry set half = half + 2 where run = 1") }
            } else {
                _ = try await database.scan { try $0.first("select sum(half) from entry") { row in try row.int(0) } }
            }
        }
        #expect(error?.reason == .damaged)
        #expect(events.damages.withLock { $0.count } >= 1)
        await database.close()
        // The engine closes without the clean mark, although the scan has its own connection.
        #expect(test.folder.read("test.db.mark")?.contains("state open") == true)
        await #expect(throws: DatabaseError.self) { try await test.open(Ledger.migrations) }
    }
}
