import CommandLine
import Database
import Glibc
import Identity
import Kernel
import Programs
import Telemetry
import TestSupport
import Testing

@testable import Service

/// Each body runs in a separate process, with real signals.
@Suite struct ProgramTests {
    /// Runs a service without calls on a database in memory, and ends the process like its `main`.
    private static func run(
        _ arguments: [String] = [], build: @escaping @Sendable (ServiceEnvironment) throws -> ServiceParts
    ) async -> Never {
        let folder = TemporaryFolder()
        chdir(folder.path)
        let context = ServiceContext(
            "example", "an example", name: "example", holder: .queue, port: 0, statusPort: 0,
            migrations: ActionTable.migrations(as: 1), build: build)
        let code = await Program.run(
            context, arguments: ["--database", "sqlite::memory:"] + arguments, environment: [:])
        unlink("data/keys")
        rmdir("data")
        rmdir(folder.path)
        exit(code.rawValue)
    }

    /// A job that sends a signal to the process at its start.
    private static func kills(with signal: Int32) -> Job {
        Job("kill", every: .hours(1)) { kill(getpid(), signal) }
    }

    private static func stuck(_ begin: @escaping @Sendable () -> Void = {}) -> Component {
        Component(
            "stuck", start: {},
            stop: {
                begin()
                await withUnsafeContinuation { (_: UnsafeContinuation<Void, Never>) in }
            })
    }

    private func errors(_ result: ExitTest.Result?) throws -> String {
        String(decoding: try #require(result).standardErrorContent, as: UTF8.self)
    }

    @Test func `SIGTERM drains, and the exit code is 0`() async throws {
        let result = await #expect(processExitsWith: .exitCode(0), observing: [\.standardErrorContent]) {
            await ProgramTests.run(["--log-level", "debug"]) { _ in
                ServiceParts(
                    [], components: [Component("rpc", start: {}, stop: {})],
                    jobs: [ProgramTests.kills(with: SIGTERM)])
            }
        }
        // Each line begins with 24 characters of time and 8 characters of level.
        let messages = try errors(result).split(separator: "\n").map { $0.dropFirst(33) }
        let parts = ["status", "database", "loops", "rpc", "calls"]
        #expect(
            messages.filter { $0.hasPrefix("started") || $0.hasPrefix("stopped ") }.map(String.init)
                == parts.map { "started component=\($0)" } + parts.reversed().map { "stopped component=\($0)" })
        #expect(messages.first?.hasPrefix("starting") == true && messages.last == "stopped")
    }

    @Test func `SIGINT ends the program like SIGTERM`() async {
        await #expect(processExitsWith: .exitCode(0)) {
            await ProgramTests.run { _ in ServiceParts([], jobs: [ProgramTests.kills(with: SIGINT)]) }
        }
    }

    @Test func `a second signal ends at once with 130, and its line is written`() async throws {
        let result = await #expect(processExitsWith: .exitCode(130), observing: [\.standardErrorContent]) {
            await ProgramTests.run { _ in
                ServiceParts(
                    [], components: [ProgramTests.stuck { kill(getpid(), SIGTERM) }],
                    jobs: [ProgramTests.kills(with: SIGTERM)])
            }
        }
        #expect(try errors(result).contains("ended by a second signal"))
    }

    @Test func `a drain that times out exits with 75 and names the hanging component`() async throws {
        let result = await #expect(processExitsWith: .exitCode(75), observing: [\.standardErrorContent]) {
            await ProgramTests.run(["--drain-timeout", "1s"]) { _ in
                ServiceParts([], components: [ProgramTests.stuck()], jobs: [ProgramTests.kills(with: SIGTERM)])
            }
        }
        #expect(try errors(result).contains("not stopped in time part=stuck"))
    }

    @Test func `a program whose tasks no longer run ends with 75, too`() async throws {
        let result = await #expect(processExitsWith: .exitCode(75), observing: [\.standardErrorContent]) {
            await ProgramTests.run(["--drain-timeout", "1s"]) { _ in
                let hang = Job("hang", every: .hours(1)) {
                    // More tasks than there are threads to run them.
                    for _ in 0..<256 { Task.detached { while true { sleep(3600) } } }
                    kill(getpid(), SIGTERM)
                    while true { sleep(3600) }
                }
                return ServiceParts([], jobs: [hang])
            }
        }
        #expect(try errors(result).contains("not stopped in time part=\"the runtime\""))
    }

    @Test func `a component that cannot start exits with 69, and the error names it and the reason`() async throws {
        let result = await #expect(processExitsWith: .exitCode(69), observing: [\.standardErrorContent]) {
            await ProgramTests.run(["--status-listen", "host.invalid:1"]) { _ in ServiceParts([]) }
        }
        #expect(
            try errors(result).contains(
                "component could not start component=status error=\"cannot listen on host.invalid:1: "))
    }

    @Test func `an error of the build exits with 69 and is logged`() async throws {
        let result = await #expect(processExitsWith: .exitCode(69), observing: [\.standardErrorContent]) {
            await ProgramTests.run { _ in throw CommandLineError("no keys") }
        }
        #expect(try errors(result).contains("not started error=\"no keys\""))
    }

    @Test func `invalid options exit with 64, all are named, and nothing starts`() async throws {
        let result = await #expect(processExitsWith: .exitCode(64), observing: [\.standardErrorContent]) {
            await ProgramTests.run(["--lisen", "x", "--log-level", "loud"]) { _ in exit(1) }
        }
        #expect(
            try errors(result) == """
                example: not started, invalid options:
                  unknown option --lisen. Did you mean --listen?
                  --log-level loud is not one of debug, info, warning, error

                """)
    }

    @Test func `help goes to standard output and exits with 0`() async throws {
        let result = await #expect(processExitsWith: .exitCode(0), observing: [\.standardOutputContent]) {
            await ProgramTests.run(["--help"]) { _ in exit(1) }
        }
        let output = String(decoding: try #require(result).standardOutputContent, as: UTF8.self)
        #expect(output.contains("example: an example\n\nUsage: example"))
        #expect(output.hasSuffix("\n  130  ended at once by a second signal\n"))
    }

    @Test func `readiness follows the lifecycle`() async {
        await #expect(processExitsWith: .exitCode(0)) {
            await ProgramTests.run { environment in
                let observer = Component(
                    "observer",
                    start: { precondition(environment.health.problems == ["starting"]) },
                    stop: { precondition(environment.health.problems == ["draining"]) })
                let end = Job("end", every: .hours(1)) {
                    precondition(environment.health.problems.isEmpty)
                    kill(getpid(), SIGTERM)
                }
                return ServiceParts([], components: [observer], jobs: [end])
            }
        }
    }

    @Test func `a write to a closed connection does not end the program`() async {
        await #expect(processExitsWith: .exitCode(0)) {
            await ProgramTests.run { _ in
                ServiceParts([], jobs: [ProgramTests.kills(with: SIGPIPE), ProgramTests.kills(with: SIGTERM)])
            }
        }
    }

    @Test func `the environment of the process is read`() {
        setenv("ONSALE_TEST_VARIABLE", "a=b", 1)
        #expect(ProcessEnvironment.variables["ONSALE_TEST_VARIABLE"] == "a=b")
    }
}
