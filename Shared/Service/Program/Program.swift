import CommandLine
import Glibc
import Kernel
import Telemetry
import Threads

/// The `main` of a service.
package enum Program {
    private static let logTimeoutMilliseconds = 1000
    /// The longest time that a program may run after its drain time-out.
    private static let overdue = Duration.seconds(5)

    /// Reads the options, opens the log and the status port, starts the result of `build`, and returns when the program
    /// has ended. An error of `build` counts as a component that could not start.
    ///
    /// `instead` may do a short task in place of the service, if the options require it. It returns a sentence about
    /// the result. `needs` returns the resources that the system must provide; otherwise nothing is started.
    ///
    /// Installs the signal handlers of the process, so it is called once.
    package static func run(
        _ options: ServiceOptions, arguments: [String] = Array(CommandLine.arguments.dropFirst()),
        environment: [String: String] = ProcessEnvironment.variables,
        instead: @Sendable (Configuration) throws -> String? = { _ in nil },
        needs: @Sendable (Configuration) -> SystemNeeds = { _ in .ofEveryProgram },
        build: @Sendable (ProgramEnvironment) async throws -> ProgramParts
    ) async -> ExitCode {
        let configuration: Configuration
        do {
            switch try options.options.read(arguments, environment: environment) {
            case .configuration(let read): configuration = read
            case .help(let help):
                print(help, terminator: "")
                return .clean
            }
        } catch {
            let problems = error.problems.map { "  \($0)\n" }.joined()
            complain("\(options.options.program): not started, invalid options:\n\(problems)")
            return .usage
        }
        do {
            if let done = try instead(configuration) {
                print(done)
                return .clean
            }
        } catch {
            complain("\(options.options.program): \(error)\n")
            return .unavailable
        }
        if let problem = SystemLimits.problem(needs(configuration)) {
            complain("\(options.options.program): not started. \(problem)\n")
            return .unavailable
        }
        return await run(options, configuration, build: build)
    }

    private static func complain(_ text: String) {
        let bytes = Array(text.utf8)
        _ = write(STDERR_FILENO, bytes, bytes.count)
    }

    private static func run(
        _ options: ServiceOptions, _ configuration: Configuration,
        build: @Sendable (ProgramEnvironment) async throws -> ProgramParts
    ) async -> ExitCode {
        // Log lines carry the machine's time, so that they can be compared with the logs of other programs.
        let machine = SystemClock()
        let clock = ServiceClock(machine)
        let format = configuration[ServiceOptions.logFormat]
        let writer = LogWriter(to: STDERR_FILENO) { count in
            format.line(.lost(count, at: machine.now))
        }
        let log = Log(
            level: configuration[ServiceOptions.logLevel], format: format, clock: machine, write: writer.write)
        let metrics = Metrics()
        let health = Health()
        let clockWatch = ClockWatch(clock, log, metrics, health)
        let lifecycle = Lifecycle(
            clock: clock, log: log, metrics: metrics, health: health,
            drainTimeout: configuration[ServiceOptions.drainTimeout],
            force: {
                log.error("ended by a second signal")
                writer.flush(timeoutMilliseconds: logTimeoutMilliseconds)
                _exit(ExitCode.forced.rawValue)
            })
        Signals.onTermination(lifecycle.stop, within: configuration[ServiceOptions.drainTimeout] + overdue) {
            // Even the time-out of the drain did not fire: the tasks that end the program do not run.
            log.error("not stopped in time", ["part": "the runtime"])
            writer.flush(timeoutMilliseconds: logTimeoutMilliseconds)
            _exit(ExitCode.drainTimedOut.rawValue)
        }
        log.log(.info, "starting", configuration.summary.map { (key: $0.name, value: .text($0.value)) })

        let environment = ProgramEnvironment(
            configuration: configuration, clock: clock, log: log, metrics: metrics, health: health,
            fail: lifecycle.fail)
        let exitCode: ExitCode
        do {
            let parts = try await build(environment)
            let status = StatusComponent(at: configuration[options.statusListen], environment)
            let suppressed = Job("log", every: LogLimiter.window) { log.reportSuppressed() }
            exitCode = await lifecycle.run(
                [status.component] + parts.components, jobs: [suppressed, clockWatch.job] + parts.jobs)
        } catch {
            log.error("not started", ["error": "\(error)"])
            exitCode = .unavailable
        }
        log.reportSuppressed(isEnd: true)
        writer.close(timeoutMilliseconds: logTimeoutMilliseconds)
        return exitCode
    }
}
