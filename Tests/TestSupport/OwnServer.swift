import Glibc

/// A PostgreSQL server of one test, which may configure it freely. It ends with the test.
package final class OwnServer: Sendable {
    package struct Failed: Error, CustomStringConvertible {
        package let description: String
    }

    private static let end = "-- end"

    /// The URL of a superuser.
    package let url: String
    private let process: ChildProcess

    private init(_ url: String, _ process: ChildProcess) {
        self.url = url
        self.process = process
    }

    /// Starts a server for as long as `body` runs.
    package static func with<Value>(_ body: (OwnServer) async throws -> Value) async throws -> Value {
        let process = ChildProcess([
            Repository.folder + "/deploy/with-postgres", "bash", "-c",
            """
            echo $ONSALE_TEST_POSTGRES
            while IFS= read -r sql; do
                psql --no-psqlrc --quiet --tuples-only --no-align --command "$sql" $ONSALE_TEST_POSTGRES 2>&1
                echo '\(end)'
            done
            """,
        ])
        guard let url = try await onThread({ process.readLine() }) else { throw Failed(description: "no server") }
        let server = OwnServer(url, process)
        do {
            let value = try await body(server)
            try await server.stop()
            return value
        } catch {
            try await server.stop()
            throw error
        }
    }

    /// Runs one line of SQL and returns the rows, one line each.
    @discardableResult
    package func run(_ sql: String) async throws -> [String] {
        let process = process
        return try await onThread {
            process.write(sql + "\n")
            var lines: [String] = []
            while true {
                guard let line = process.readLine() else { throw Failed(description: "\(sql): the server has ended") }
                if line == Self.end { break }
                lines.append(line)
            }
            if let problem = lines.first(where: { $0.hasPrefix("ERROR") || $0.hasPrefix("psql:") }) {
                throw Failed(description: "\(sql): \(problem)")
            }
            return lines
        }
    }

    /// Changes one setting of the running server. Its sessions apply it soon.
    package func set(_ name: String, to value: String) async throws {
        try await run("alter system set \(name) = '\(value)'")
        try await run("select pg_reload_conf()")
        while try await run("show \(name)") != [value] { try await run("select pg_sleep(0.02)") }
        // The server's other sessions are signalled at the same time.
        try await run("select pg_sleep(0.1)")
    }

    /// Returns once the query returns `rows`.
    package func wait(until query: String, is rows: [String]) async throws {
        let end = ContinuousClock.now + .milliseconds(Patience.milliseconds)
        while ContinuousClock.now < end {
            if try await run(query) == rows { return }
            usleep(10_000)
        }
        throw Failed(description: "\(query) did not become \(rows)")
    }

    /// Suspends all processes of the server while `body` runs, as a machine that hangs. Its kernel still acknowledges data.
    package func frozen<Value>(_ body: () async throws -> Value) async throws -> Value {
        let folder = try await run("show data_directory")[0]
        func signal(_ name: String) async throws {
            let postmaster = "$(head -1 \(folder)/postmaster.pid)"
            let outcome = try await onThread {
                Command.run("sh", "-c", "kill -\(name) \(postmaster); pkill -\(name) --parent \(postmaster)")
            }
            if outcome.status != 0 { throw Failed(description: outcome.output) }
        }
        try await signal("STOP")
        do {
            let value = try await body()
            try await signal("CONT")
            return value
        } catch {
            try await signal("CONT")
            throw error
        }
    }

    private func stop() async throws {
        process.kill(SIGTERM)
        let process = process
        _ = try await onThread { process.wait() }
    }
}
