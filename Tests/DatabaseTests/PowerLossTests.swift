import CPowerLoss
import CSQLite
import Database
import DatabaseWriter
import Kernel
import TestSupport
import Testing
import Threads

/// A disk that forgets what it was not told to keep.
@Suite struct PowerLossTests {
    private final class Progress: Sendable {
        let state = Lock(State())
    }

    /// What was acknowledged so far, and what had been when the power failed.
    private struct State {
        var acknowledged: [Int] = []
        var powerFailsAt = 0
        var beforeFailure: [Int]?

        /// True for the one after which the power fails.
        mutating func acknowledge(_ number: Int) -> Bool {
            acknowledged.append(number)
            guard acknowledged.count == powerFailsAt else { return false }
            beforeFailure = acknowledged
            return true
        }
    }

    @Test func `whenever the power fails, every acknowledged write is there, and no half of one`() async throws {
        powerloss_register()
        let test = try await TestDatabase.make(on: .file)
        let path = "\(test.folder.path)/test.db"
        let database = try await test.open(Ledger.migrations, faults: Faults(vfs: POWERLOSS_VFS))
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
                        try await database.transaction { try Ledger.write(number, of: 1, $0) }
                        guard progress.state.withLock({ $0.acknowledge(number) }) else { return }
                        // The mark first: it must never be ahead of the database, whatever became durable since.
                        #expect(Command.run("cp", path + ".mark", copy + ".mark").status == 0)
                        // The others are on their way meanwhile: some written, some synced, some neither.
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

    @Test func `the disk of this test does forget what was not synced`() throws {
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
