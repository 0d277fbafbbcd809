import Database
import DatabaseWriter
import Glibc
import Kernel
import TestSupport
import Testing

/// Programs that are killed, restarted, or run twice. The database has every acknowledged write and no partial one.
@Suite(.serialized) struct CrashTests {
    struct Kills: CustomTestStringConvertible, Sendable {
        let engine: Engine
        let count: Int
        let fault: Faults.Fault?

        var testDescription: String {
            "\(count) kills on \(engine), with \(fault.map { "\($0)" } ?? "no other") faults"
        }

        /// `deploy/test --full` runs 200 kills for each case.
        private static func count(_ quick: Int) -> Int { getenv("ONSALE_TEST_FULL") == nil ? quick : 200 }

        static let all = [
            Kills(engine: .file, count: count(50), fault: nil),
            Kills(engine: .file, count: count(10), fault: .answerLost),
            Kills(engine: .file, count: count(10), fault: .ioError),
            Kills(engine: .postgreSQL, count: count(30), fault: nil),
            Kills(engine: .postgreSQL, count: count(10), fault: .answerLost),
            Kills(engine: .postgreSQL, count: count(10), fault: .connectionLost),
        ]
    }

    /// Starts the writer, kills it after some acknowledgements, and returns all that it acknowledged.
    private func acknowledgedUntilKilled(_ test: TestDatabase, run: Int, _ kills: Kills) async throws -> [Int] {
        let url = test.url
        var random = SeededGenerator(seed: UInt64(run))
        let patience = Int.random(in: 0...12, using: &random)
        let microseconds = UInt32.random(in: 0...2000, using: &random)
        return try await onThread {
            let fault = kills.fault.map { ["\($0)"] } ?? []
            let writer = ChildProcess([ChildProcess.path(of: "DatabaseWriter"), url, "\(run)", "1000000"] + fault)
            var acknowledged: [Int] = []
            guard writer.readLine() == "ready" else { return acknowledged }
            while acknowledged.count < patience, let number = writer.readLine().flatMap({ Int($0) }) {
                acknowledged.append(number)
            }
            usleep(microseconds)
            writer.kill(SIGKILL)
            while let number = writer.readLine().flatMap({ Int($0) }) { acknowledged.append(number) }
            writer.wait()
            return acknowledged
        }
    }

    @Test(arguments: Kills.all)
    func `after kill -9 the database has every acknowledged write, and no partial one`(kills: Kills) async throws {
        let test = try await TestDatabase.make(on: kills.engine)
        var total = 0
        for run in 1...kills.count {
            let acknowledged = try await acknowledgedUntilKilled(test, run: run, kills)
            let database = try await test.open(Ledger.migrations)
            let problem = try await database.scan { reader in
                try Ledger.problem(in: reader, acknowledged: acknowledged, of: run)
            }
            await database.close()
            #expect(problem == nil, "run \(run)")
            total += acknowledged.count
        }
        #expect(total > kills.count)
    }

    @Test func `two programs that start on one server at once migrate once and write the same rows`() async throws {
        let test = try await TestDatabase.make(on: .postgreSQL)
        let url = test.url
        let count = 300
        let outputs = try await withThrowingTaskGroup(of: [String].self) { group in
            for run in 1...2 {
                group.addTask {
                    try await onThread {
                        let writer = ChildProcess([ChildProcess.path(of: "DatabaseWriter"), url, "\(run)", "\(count)"])
                        var lines: [String] = []
                        while let line = writer.readLine() { lines.append(line) }
                        writer.wait()
                        return lines
                    }
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        let database = try await test.open(Ledger.migrations)
        for (run, lines) in zip(1..., outputs) {
            #expect(lines.first == "ready" && lines.last == "done")
            let problem = try await database.scan { reader in
                try Ledger.problem(in: reader, acknowledged: Array(0..<count), of: run)
            }
            #expect(problem == nil)
        }
        await database.close()
    }

    @Test func `a second program on a SQLite file is refused at its start`() async throws {
        let test = try await TestDatabase.make(on: .file)
        let database = try await test.open(Ledger.migrations)
        let url = test.url
        let status = try await onThread {
            let writer = ChildProcess([ChildProcess.path(of: "DatabaseWriter"), url, "1", "1"])
            return (writer.readLine(), writer.wait())
        }
        #expect(status.0?.contains("is in use by process \(getpid())") == true)
        await database.close()
    }
}
