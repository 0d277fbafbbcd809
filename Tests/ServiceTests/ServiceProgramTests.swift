import Certificates
import Database
import Glibc
import Identity
import Kernel
import Messages
import Programs
import Service
import TestSupport
import Testing
import Threads

/// Each body runs in a separate process.
@Suite struct ServiceProgramTests {
    @Test func `the first start creates keys and a database that only their user can read`() async {
        await #expect(processExitsWith: .exitCode(0)) {
            let folder = TemporaryFolder()
            chdir(folder.path)
            let code = await Program.run(.echo.endingAtOnce, arguments: [], environment: [:])
            precondition(code == .clean)
            var status = stat()
            for (name, mode) in [("data", 0o700), ("data/keys", 0o600), ("data/echo.db", 0o600)] {
                precondition(stat("\(folder.path)/\(name)", &status) == 0, "\(name) is missing")
                precondition(Int(status.st_mode & 0o777) == mode, "\(name) has another mode")
            }
            precondition((try? KeyFile.read("data/keys")) != nil, "the keys cannot be read")
            for name in ["keys", "echo.db", "echo.db-wal", "echo.db-shm", "echo.db.lock", "echo.db.mark"] {
                unlink("data/\(name)")
            }
            rmdir("data")
        }
    }

    @Test func `a key file of another program is refused, and its own is accepted`() async throws {
        let result = await #expect(processExitsWith: .exitCode(69), observing: [\.standardErrorContent]) {
            exit(try await ServiceProgramTests.start(withKeysOf: .wallet))
        }
        let errors = String(decoding: try #require(result).standardErrorContent, as: UTF8.self)
        #expect(errors.contains("/own.keys is for WalletService, and this is QueueService"))
        await #expect(processExitsWith: .exitCode(0)) { exit(try await ServiceProgramTests.start(withKeysOf: .queue)) }
    }

    private static func start(withKeysOf holder: KeyHolder) async throws -> CInt {
        let folder = TemporaryFolder()
        chdir(folder.path)
        let keys = KeyFile.random()
        let own = try keys.split(for: holder, hosts: ["localhost"], validFor: .days(1), now: SystemClock().now)
        try own.replace("\(folder.path)/own.keys")
        let arguments = ["--keys", "\(folder.path)/own.keys", "--database", "sqlite::memory:"]
        return await Program.run(.echo.endingAtOnce, arguments: arguments, environment: [:]).rawValue
    }

    @Test func `a database that lost its rows is refused, and the error names --accept-loss`() async throws {
        let result = await #expect(processExitsWith: .exitCode(69), observing: [\.standardErrorContent]) {
            let folder = TemporaryFolder()
            chdir(folder.path)
            folder.write("", to: "echo.db")
            let arguments = ["--database", "sqlite://\(folder.path)/echo.db"]
            exit(await Program.run(.echo.endingAtOnce, arguments: arguments, environment: [:]).rawValue)
        }
        let errors = String(decoding: try #require(result).standardErrorContent, as: UTF8.self)
        #expect(errors.contains("echo.db is empty, which a database never is") && errors.contains("--accept-loss"))
    }

    @Test func `with --accept-loss it starts with the remaining rows, and warns`() async throws {
        let result = await #expect(processExitsWith: .exitCode(0), observing: [\.standardErrorContent]) {
            let folder = TemporaryFolder()
            chdir(folder.path)
            folder.write("", to: "echo.db")
            let arguments = ["--accept-loss", "--database", "sqlite://\(folder.path)/echo.db"]
            exit(await Program.run(.echo.endingAtOnce, arguments: arguments, environment: [:]).rawValue)
        }
        let errors = String(decoding: try #require(result).standardErrorContent, as: UTF8.self)
        #expect(errors.contains("database started with a loss, as --accept-loss allows"))
        #expect(errors.contains("echo.db is empty, which a database never is"))
    }

    @Test func `a start that fails closes the database cleanly`() async {
        await #expect(processExitsWith: .exitCode(0)) {
            // The status port cannot be opened. It starts before the database.
            await ServiceProgramTests.fail(.echo, ["--status-listen", "host.invalid:1"])
        }
        await #expect(processExitsWith: .exitCode(0)) {
            await ServiceProgramTests.fail(.echo, ["--listen", "host.invalid:1"])
        }
        await #expect(processExitsWith: .exitCode(0)) {
            let echo = ServiceContext.echo
            let broken = ServiceContext(
                echo.program, echo.summary, name: echo.name, holder: echo.holder, port: 0, statusPort: 0,
                migrations: echo.migrations
            ) { _ in throw DatabaseError(.setup, "not built") }
            await ServiceProgramTests.fail(broken, [])
        }
    }

    private static func fail(_ context: ServiceContext, _ arguments: [String]) async {
        let folder = TemporaryFolder()
        chdir(folder.path)
        let code = await Program.run(context, arguments: arguments, environment: [:])
        precondition(code == .unavailable, "\(code)")
        let database = try? Database(
            url: "sqlite://\(folder.path)/data/echo.db", migrations: context.migrations, clock: SystemClock(),
            observe: { event in
                if case .checked = event { preconditionFailure("the last stop was unclean") }
            })
        precondition(database != nil, "the database does not open")
        await database?.close()
    }

    @Test func `a key file given by --keys must exist`() async throws {
        let result = await #expect(processExitsWith: .exitCode(69), observing: [\.standardErrorContent]) {
            let arguments = ["--keys", "/nowhere/keys", "--database", "sqlite::memory:"]
            exit(await Program.run(.echo.endingAtOnce, arguments: arguments, environment: [:]).rawValue)
        }
        let errors = String(decoding: try #require(result).standardErrorContent, as: UTF8.self)
        #expect(errors.contains("the key file /nowhere/keys cannot be read"))
    }
}

extension ServiceContext {
    /// The same context with a job that ends it by SIGTERM at its start.
    fileprivate var endingAtOnce: ServiceContext {
        ServiceContext(
            program, summary, name: name, holder: holder, port: port, statusPort: statusPort, migrations: migrations
        ) { environment in
            let parts = try build(environment)
            return ServiceParts(parts.services, jobs: [Job("end", every: .hours(1)) { kill(getpid(), SIGTERM) }])
        }
    }
}
