import Database
import Glibc
import Kernel
import TestSupport
import Testing

/// Problems of an operator with a file, and their messages.
@Suite struct SQLiteFileTests {
    private func problem(opening url: String) -> DatabaseError? {
        #expect(throws: DatabaseError.self) {
            try Database(url: url, migrations: Shop.migrations, clock: ManualClock())
        }
    }

    @Test(arguments: [
        "", "concert.db", "sqlite:concert.db", "sqlite://concert.db", "sqlite:///", "sqlite:///data/",
        "sqlite:///a.db?mode=memory", "mysql://onsale@db/concert",
    ])
    func `a wrong URL is refused`(url: String) {
        #expect(problem(opening: url)?.reason == .setup)
    }

    @Test func `a message shows no password`() {
        let urls = [
            "mysql://alice:secret@db/concert": "mysql://alice:***@db/concert",
            "mysql://alice@db/concert?password=secret&a=b": "mysql://alice@db/concert?password=***&a=b",
            "mysql://alice:se/cret@db/concert": "mysql://alice:***@db/concert",
        ]
        for (url, shown) in urls { #expect(problem(opening: url)?.message.hasPrefix(shown) == true) }
    }

    @Test func `a second process on the same file is refused, and its error names the first`() async throws {
        let test = try await TestDatabase.make(on: .file)
        let database = try await test.open(Shop.migrations)
        let error = problem(opening: test.url)
        #expect(error?.message.contains("is in use by process \(getpid()): one process at a time") == true)
        await database.close()
        await (try await test.open(Shop.migrations)).close()
    }

    @Test func `a file that is not a database stays unchanged`() async throws {
        let test = try await TestDatabase.make(on: .file)
        let text = String(repeating: "this is a letter, not a database. ", count: 100)
        test.folder.write(text, to: "test.db")
        let error = problem(opening: test.url)
        #expect(error?.reason == .damaged)
        #expect(error?.message.contains("restore it from a backup") == true)
        #expect(test.folder.read("test.db") == text)
    }

    @Test func `a file with damaged pages is reported as damaged`() async throws {
        let test = try await TestDatabase.make(on: .file)
        let database = try await test.open(Shop.migrations)
        try await database.transaction { tx in
            for id in 1...5000 { try Shop.openAccount(id, balance: id, tx) }
        }
        await database.close()
        test.folder.overwrite("test.db", from: 4096, with: 0xa5)
        let error = problem(opening: test.url)
        #expect(error?.reason == .damaged)
    }

    @Test(arguments: ["/proc/onsale.db", "/no/such/folder/onsale.db"])
    func `a folder that cannot be written is reported`(path: String) {
        let error = problem(opening: "sqlite://\(path)")
        #expect(error?.reason == .setup)
        #expect(error?.message.contains("the folder must exist") == true)
    }

    @Test func `a file in place of the log is reported`() async throws {
        let test = try await TestDatabase.make(on: .file)
        mkdir("\(test.folder.path)/test.db", 0o700)
        defer { rmdir("\(test.folder.path)/test.db") }
        #expect(problem(opening: test.url)?.reason == .setup)
    }

    @Test func `a full disk acknowledges no lost write, and works again once there is space`() async throws {
        let test = try await TestDatabase.make(on: .file)
        let database = try await test.open(Shop.migrations)
        let note = String(repeating: "x", count: 4000)
        try await database.transaction { try $0.execute("pragma max_page_count = 60") }
        var acknowledged: [UInt64] = []
        var refusals = 0
        for number in 1...100 as ClosedRange<UInt64> {
            do {
                try await database.transaction { tx in
                    try Shop.insert(Shop.order(number), seat: Int(number), note: note, tx)
                }
                acknowledged.append(number)
            } catch let error as DatabaseError {
                #expect(error.reason == .diskFull)
                #expect(error.mayHaveCommitted == false)
                refusals += 1
            }
        }
        #expect(acknowledged.count > 10 && refusals > 10)
        try await database.transaction { try $0.execute("pragma max_page_count = 100000") }
        try await database.transaction { try Shop.insert(Shop.order(101), seat: 101, note: note, $0) }
        await database.close()
        let again = try await test.open(Shop.migrations)
        let found = try await again.read { reader in
            try reader.rows("select seat from purchase") { row in UInt64(try row.int(0)) }
        }
        #expect(found.sorted() == acknowledged + [101])
        await again.close()
    }

    @Test func `a backup is complete while other connections write`() async throws {
        let test = try await TestDatabase.make(on: .file)
        let database = try await test.open(Shop.migrations)
        for id in [1, 2] { try await database.transaction { try Shop.openAccount(id, balance: 1_000_000, $0) } }
        let writers = Task {
            var count = 0
            while !Task.isCancelled {
                try await database.transaction { tx in
                    try tx.executeOne("update account set balance = balance - $1 where id = 1", 1)
                    try tx.executeOne("update account set balance = balance + $1 where id = 2", 1)
                }
                count += 1
            }
            return count
        }
        for number in 1...5 {
            let path = "\(test.folder.path)/backup-\(number).db"
            if number.isMultiple(of: 2) {
                try await onThread { try Database.backup(of: test.url, to: path) }
            } else {
                try await database.backup(to: path)
            }
            let copy = try Database(url: "sqlite://\(path)", migrations: Shop.migrations, clock: ManualClock())
            let sum = try await copy.read { reader in
                try reader.first("select cast(sum(balance) as bigint) from account") { row in try row.int(0) }
            }
            #expect(sum == 2_000_000)
            await copy.close()
        }
        writers.cancel()
        #expect(try await writers.value > 0)
        await database.close()
    }

    @Test func `a database that does not exist has no backup`() {
        let folder = TemporaryFolder()
        let copy = "\(folder.path)/copy.db"
        for (url, problem) in [
            ("sqlite://\(folder.path)/none.db", "none.db: "), ("sqlite::memory:", "cannot be backed up"),
            (
                "postgres://alice:secret@db/shop",
                "pg_dump --format=custom --file=\(copy) 'postgres://alice:***@db/shop'"
            ),
        ] {
            let error = #expect(throws: DatabaseError.self) { try Database.backup(of: url, to: copy) }
            #expect(error?.message.contains(problem) == true)
        }
        #expect(folder.names.isEmpty)
    }

    @Test func `a backup overwrites no file and leaves no partial one`() async throws {
        let test = try await TestDatabase.make(on: .file)
        let database = try await test.open(Shop.migrations)
        test.folder.write("precious", to: "mine")
        for path in ["\(test.folder.path)/mine", "/proc/backup.db"] {
            await #expect(throws: DatabaseError.self) { try await database.backup(to: path) }
        }
        #expect(test.folder.read("mine") == "precious")
        #expect(!test.folder.names.contains { $0.hasSuffix(".partial") })
        await database.close()
    }
}
