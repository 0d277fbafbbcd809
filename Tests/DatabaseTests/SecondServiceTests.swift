import Database
import Glibc
import Kernel
import TestSupport
import Testing

/// Only one process at a time has a SQLite database open, whatever name another one uses.
@Suite struct SecondServiceTests {
    private func problem(opening path: String) async throws -> DatabaseError? {
        try await onThread {
            do {
                _ = try Database(url: "sqlite://\(path)", migrations: Shop.migrations, clock: ManualClock())
                return nil
            } catch {
                return error as? DatabaseError
            }
        }
    }

    /// Starts another process on `path`. Returns the first line that it prints.
    private func answer(toWriterOn path: String) async throws -> String? {
        try await onThread {
            let writer = ChildProcess([ChildProcess.path(of: "DatabaseWriter"), "sqlite://\(path)", "1", "1"])
            defer { writer.wait() }
            return writer.readLine()
        }
    }

    /// Returns true if another process can take SQLite's lock on the file, so this process has lost its own.
    private func hasLostLocks(_ path: String) async throws -> Bool {
        let script = """
            import fcntl, sys
            fcntl.lockf(open(sys.argv[1], 'r+b'), fcntl.LOCK_EX | fcntl.LOCK_NB, 510, 0x40000002)
            """
        return try await onThread { Command.run("python3", "-c", script, path).status == 0 }
    }

    private let isOurs = "is in use by process \(getpid())"

    @Test func `a hard link is refused, by this process and by another`() async throws {
        let test = try await TestDatabase.make(on: .file)
        let database = try await test.open(Shop.migrations)
        let (first, second) = ("\(test.folder.path)/test.db", "\(test.folder.path)/second.db")
        try #require(link(first, second) == 0)
        for path in [first, second] {
            let error = try await problem(opening: path)
            #expect(error?.reason == .setup)
            #expect(try await answer(toWriterOn: path)?.contains(path == first ? isOurs : "2 names") == true)
        }
        #expect(try await problem(opening: second)?.message.contains("has 2 names (hard links)") == true)
        #expect(try await hasLostLocks(first) == false)
        await database.close()
        #expect(try await problem(opening: first)?.message.contains("has 2 names (hard links)") == true)
        unlink(second)
        #expect(try await problem(opening: first) == nil)
    }

    @Test func `links and other spellings of the path are refused, and the error names the first process`() async throws
    {
        let test = try await TestDatabase.make(on: .file)
        let database = try await test.open(Shop.migrations)
        let folder = test.folder.path
        try #require(symlink("\(folder)/test.db", "\(folder)/link.db") == 0)
        try #require(symlink(folder, "\(folder)/elsewhere") == 0)
        let name = try #require(folder.split(separator: "/").last)
        for path in ["\(folder)/link.db", "\(folder)/elsewhere/test.db", "\(folder)/./../\(name)//test.db"] {
            #expect(try await problem(opening: path)?.message.contains(isOurs) == true, "\(path)")
            #expect(try await answer(toWriterOn: path)?.contains(isOurs) == true, "\(path)")
        }
        #expect(try await hasLostLocks("\(folder)/test.db") == false)
        await database.close()
        let again = try await onThread {
            try Database(url: "sqlite://\(folder)/link.db", migrations: Shop.migrations, clock: ManualClock())
        }
        #expect(try await problem(opening: "\(folder)/test.db")?.message.contains(isOurs) == true)
        await again.close()
        // The lock and the mark are beside the file, not beside the link.
        let names = test.folder.names.filter { $0 != "elsewhere" && $0 != "link.db" }
        #expect(names == ["test.db", "test.db.lock", "test.db.mark"])
    }

    @Test func `a bind mount of the folder or the file is refused, and the error names the first process`() async throws
    {
        let test = try await TestDatabase.make(on: .file)
        let database = try await test.open(Shop.migrations)
        let folder = test.folder.path
        mkdir("\(folder)/bound", 0o700)
        test.folder.write("", to: "alone.db")
        let mounts = try await onThread {
            [
                try Mount(binding: folder, at: "\(folder)/bound"),
                try Mount(binding: "\(folder)/test.db", at: "\(folder)/alone.db"),
            ]
        }
        for path in ["\(folder)/bound/test.db", "\(folder)/alone.db"] {
            #expect(try await problem(opening: path)?.message.contains(isOurs) == true, "\(path)")
            #expect(try await answer(toWriterOn: path)?.contains(isOurs) == true, "\(path)")
        }
        #expect(try await hasLostLocks("\(folder)/test.db") == false)
        let error = await #expect(throws: DatabaseError.self) {
            try await onThread { try Database.backup(of: "sqlite://\(folder)/alone.db", to: "\(folder)/copy.db") }
        }
        #expect(error?.message.contains("has the file open under another name") == true)
        await database.close()
        try await onThread { for mount in mounts { mount.unmount() } }
    }

    @Test func `a database moved while in use is refused under its new name`() async throws {
        let test = try await TestDatabase.make(on: .file)
        let database = try await test.open(Shop.migrations)
        let moved = "\(test.folder.path)/moved.db"
        try #require(rename("\(test.folder.path)/test.db", moved) == 0)
        #expect(try await problem(opening: moved)?.message.contains(isOurs) == true)
        #expect(try await answer(toWriterOn: moved)?.contains(isOurs) == true)
        await database.close()
    }

    @Test func `of many threads that open one file under several names, one succeeds`() async throws {
        let test = try await TestDatabase.make(on: .file)
        await (try await test.open(Shop.migrations)).close()
        let folder = test.folder.path
        try #require(symlink("\(folder)/test.db", "\(folder)/link.db") == 0)
        for _ in 1...10 {
            let databases = try await withThrowingTaskGroup(of: Database?.self) { group in
                for number in 0..<8 {
                    group.addTask {
                        try await onThread {
                            let name = number.isMultiple(of: 2) ? "test.db" : "link.db"
                            return try? Database(
                                url: "sqlite://\(folder)/\(name)", migrations: Shop.migrations, clock: ManualClock())
                        }
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }.compactMap(\.self)
            }
            #expect(databases.count == 1)
            for database in databases { await database.close() }
        }
    }

    @Test func `a hard link is not backed up, because its log has another name`() async throws {
        let test = try await TestDatabase.make(on: .file)
        let database = try await test.open(Shop.migrations)
        let second = "\(test.folder.path)/second.db"
        try #require(link("\(test.folder.path)/test.db", second) == 0)
        let error = await #expect(throws: DatabaseError.self) {
            try await onThread { try Database.backup(of: "sqlite://\(second)", to: "\(second)-copy") }
        }
        #expect(error?.message.contains("has 2 names (hard links)") == true)
        await database.close()
    }

    @Test func `a backup through a symbolic link has all rows`() async throws {
        let test = try await TestDatabase.make(on: .file)
        let database = try await test.open(Shop.migrations)
        try await database.transaction { try Shop.openAccount(1, balance: 5, $0) }
        let link = "\(test.folder.path)/link.db"
        try #require(symlink("\(test.folder.path)/test.db", link) == 0)
        let copy = "\(test.folder.path)/copy.db"
        try await onThread { try Database.backup(of: "sqlite://\(link)", to: copy) }
        #expect(try await hasLostLocks("\(test.folder.path)/test.db") == false)
        let restored = try await onThread {
            try Database(url: "sqlite://\(copy)", migrations: Shop.migrations, clock: ManualClock())
        }
        #expect(try await restored.read { try Shop.balance(of: 1, $0) } == 5)
        await restored.close()
        await database.close()
    }

    @Test func `a file created with the name of a running backup is not overwritten`() async throws {
        let test = try await TestDatabase.make(on: .file)
        let database = try await test.open(Shop.migrations)
        let copy = "\(test.folder.path)/copy.db"
        // Another program that writes a backup of the same name locks the partial copy.
        let other = open(copy + ".partial", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        defer { close(other) }
        try #require(flock(other, LOCK_EX) == 0)
        let error = await #expect(throws: DatabaseError.self) { try await database.backup(to: copy) }
        #expect(error?.message.contains("another backup is writing") == true)
        flock(other, LOCK_UN)
        try await database.backup(to: copy)
        #expect(test.folder.names.contains("copy.db") && !test.folder.names.contains("copy.db.partial"))
        await database.close()
    }
}
