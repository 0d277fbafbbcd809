import Database
import DatabaseWriter
import Glibc
import Kernel
import TestSupport
import Testing
import Threads

/// A server that stops and restarts while a program writes.
@Suite struct RestartTests {
    @Test func `a server killed and restarted under load loses no acknowledged write`() async throws {
        // Starts a server for this test only. A line on its input restarts it.
        let root = #filePath.split(separator: "/").dropLast(3).map { "/\($0)" }.joined()
        let server = ChildProcess([
            "\(root)/deploy/with-postgres", "bash", "-c",
            "echo $ONSALE_TEST_POSTGRES; while read -r _; do $ONSALE_TEST_POSTGRES_RESTART && echo restarted; done",
        ])
        let url = try await onThread { server.readLine() ?? "" }
        let database = try Database(url: url, migrations: Ledger.migrations, clock: SystemClock())
        let (progress, runs) = (CountingSemaphore(), Recorder<String>())
        let writers = (0..<8).map { caller in
            Task { try await write(as: caller, of: 8, to: database, progress, runs) }
        }
        for count in 1...4 {
            try await progress.signals(50)
            // Signals of earlier runs can be left.
            while Set(runs.all).count < count { try await progress.signals(1) }
            if count == 4 { break }
            server.write("\n")
            #expect(try await onThread { server.readLine() } == "restarted")
        }
        var acknowledged: [Int] = []
        for writer in writers {
            writer.cancel()
            acknowledged += try await writer.value
        }
        let all = acknowledged
        let problem = try await database.scan { reader in
            try Ledger.problem(in: reader, acknowledged: all, of: 1)
        }
        #expect(problem == nil)
        #expect(acknowledged.count > 100)
        #expect(Set(runs.all).count == 4, "each start of the server has a name of its own")
        await database.close()
        server.kill(SIGTERM)
        _ = try await onThread { server.wait() }
    }

    /// Writes entries one by one until cancelled. Returns the acknowledged ones. Like a client, it repeats each request
    /// after any error until it succeeds. Records the server of each.
    private func write(
        as caller: Int, of callers: Int, to database: Database, _ progress: CountingSemaphore,
        _ runs: Recorder<String>
    ) async throws -> [Int] {
        var acknowledged: [Int] = []
        var number = caller
        while !Task.isCancelled {
            let entry = number
            do {
                let run = try await database.transaction { tx in
                    try Ledger.write(entry, of: 1, tx)
                    return tx.serverRun
                }
                runs.add(run)
                acknowledged.append(entry)
                progress.signal()
                number += callers
            } catch let error as DatabaseError {
                #expect(error.isTransient, "\(error)")
            }
        }
        return acknowledged
    }
}
