import CPowerLoss
import CSQLite
import Database
import DatabaseWriter
import Kernel
import TestSupport
import Testing
import Threads

/// A power failure, after which the disk has lost unsynced writes.
@Suite struct PowerLossTests {
    private final class Progress: Sendable {
        let state = Lock(State())
    }

    /// The acknowledged numbers, now and at the power failure.
    private struct State {
        var acknowledged: [Int] = []
        var powerFailsAt = 0
        var beforeFailure: [Int]?

        /// Records the number. Returns true if the power fails after it.
        mutating func acknowledge(_ number: Int) -> Bool {
            acknowledged.append(number)
            guard acknowledged.count == powerFailsAt else { return false }
            beforeFailure = acknowledged
            return true
        }
    }

    @Test func `at any power failure the database has every acknowledged write, and no partial one`() async throws {
        powerloss_register()
        let test = try await TestDatabase.make(on: .file)
        let path = "\(test.folder.path)/test.db"
        var limits = DatabaseLimits()
        limits.fileSystem = POWERLOSS_VFS
        let database = try await test.open(Ledger.migrations, limits: limits)
        let progress = Progress()
        var random = SeededGenerator(seed: 1)
        let (moments, callers) = (60, 16)
        for moment in 0..<moments {
            let copy = "\(test.folder.path)/copy-\(moment).db"
            let failsAfter = Int.random(in: 1...callers, using: &random)
            progress.state.withLock { $0.powerFailsAt = moment * callers + failsAfter }
            try await withThrowingTaskGroup { group in
                for number in (moment * callers)..<((moment + 1) * callers) {
                    group.addTask {
                        if number % 3 == 0 {
                            await #expect(throws: Ledger.Refused.self) {
                                try await database.transaction { try Ledger.writeAndRefuse(number, $0) }
                            }
                        }
                        try await database.transaction { try Ledger.write(number, of: 1, $0) }
                        guard progress.state.withLock({ $0.acknowledge(number) }) else { return }
                        // The mark is copied first, because it must never be ahead of the database.
                        #expect(Command.run("cp", path + ".mark", copy + ".mark").status == 0)
                        // Other writes are in progress: some written, some synced, some neither.
                        #expect(powerloss_save(path, copy, UInt32(moment)) == 0)
                    }
                }
                try await group.waitForAll()
            }
            let before = try #require(progress.state.withLock { $0.beforeFailure })
            let after = try Database(url: "sqlite://\(copy)", migrations: Ledger.migrations, clock: ManualClock())
            let problem = try await after.scan { try Ledger.problem(in: $0, acknowledged: before, of: 1) }
            #expect(problem == nil, "moment \(moment)")
            await after.close()
        }
        await database.close()
    }

    @Test func `the disk of this test loses unsynced writes`() throws {
        powerloss_register()
        let folder = TemporaryFolder()
        let path = "\(folder.path)/careless.db"
        var connection: OpaquePointer?
        let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
        #expect(sqlite3_open_v2(path, &connection, flags, POWERLOSS_VFS) == SQLITE_OK)
        let careless = "pragma journal_mode = wal; pragma synchronous = off; create table thing (id)"
        #expect(sqlite3_exec(connection, careless, nil, nil, nil) == SQLITE_OK)
        let copy = "\(folder.path)/copy.db"
        #expect(powerloss_save(path, copy, 1) == 0)
        sqlite3_close(connection)
        #expect(sqlite3_open(copy, &connection) == SQLITE_OK)
        #expect(sqlite3_exec(connection, "select * from thing", nil, nil, nil) != SQLITE_OK)
        sqlite3_close(connection)
    }
}
