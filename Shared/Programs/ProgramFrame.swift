import CommandLine
import Glibc
import Kernel
import Telemetry
import Threads

/// The parts of every program: options, signals, log, metrics, health and lifecycle.
package struct ProgramFrame: Sendable {
    private static let logTimeoutMilliseconds = 1000
    /// The longest time that a program may run after its drain time-out.
    private static let overdue = Duration.seconds(5)

    package let log: Log
    package let metrics = Metrics()
    package let health = Health()
    private let lifecycle: Lifecycle
    private let writer: LogWriter

    /// Reads the options, and prepares the process. Throws the exit code if the program is not to start.
    package static func configuration(
        _ options: Options, arguments: [String], environment: [String: String]
    ) throws(ExitCode) -> Configuration {
        umask(0o077)
        SystemLimits.raiseFiles()
        do throws(CommandLineError) {
            switch try options.read(arguments, environment: environment) {
            case .configuration(let read): return read
            case .help(let help): print(help, terminator: "")
            }
        } catch {
            let problems = error.problems.map { "\n  \($0)" }.joined()
            throw .refuse(options.syntax.program, .usage, "not started, invalid options:\(problems)")
        }
        throw .clean
    }

    /// Installs the signal handlers of the process, so it is made once. `clock` is for jobs and time-outs.
    package init(_ configuration: Configuration, clock: any Clock) {
        // Log lines carry the machine's time, so that they can be compared with the logs of other programs.
        let machine = SystemClock()
        let format = configuration[ProgramOptions.logFormat]
        let writer = LogWriter(to: STDERR_FILENO) { count in format.line(.lost(count, at: machine.now)) }
        let log = Log(
            level: configuration[ProgramOptions.logLevel], format: format, clock: machine, write: writer.write)
        let drainTimeout = configuration[ProgramOptions.drainTimeout]
        let end: @Sendable (ExitCode) -> Void = { code in
            writer.flush(timeoutMilliseconds: Self.logTimeoutMilliseconds)
            _exit(code.rawValue)
        }
        let lifecycle = Lifecycle(
            clock: clock, log: log, metrics: metrics, health: health, drainTimeout: drainTimeout,
            force: {
                log.error("ended by a second signal")
                end(.forced)
            })
        Signals.onTermination(lifecycle.stop, within: drainTimeout + Self.overdue) {
            // Even the time-out of the drain did not fire: the tasks that end the program do not run.
            log.error("not stopped in time", ["part": "the runtime"])
            end(.drainTimedOut)
        }
        self.log = log
        self.writer = writer
        self.lifecycle = lifecycle
    }

    /// Starts the parts that `wire` makes, and returns when the program has ended. An error of `wire` counts as a
    /// component that could not start.
    package func run(
        _ configuration: Configuration, _ wire: () async throws -> (components: [Component], jobs: [Job])
    ) async -> ExitCode {
        announce(configuration)
        let exitCode: ExitCode
        do {
            let parts = try await wire()
            let suppressed = Job("log", every: LogLimiter.window) { [log] in log.reportSuppressed() }
            exitCode = await lifecycle.run(parts.components, jobs: [suppressed] + parts.jobs)
        } catch {
            log.error("not started", ["error": "\(error)"])
            exitCode = .unavailable
        }
        log.reportSuppressed(isEnd: true)
        writer.close(timeoutMilliseconds: Self.logTimeoutMilliseconds)
        return exitCode
    }

    /// Logs the version and all options, and exports the version.
    private func announce(_ configuration: Configuration) {
        let version = [("version", Version.number), ("contract", Version.contract), ("commit", Version.commit)]
        let facts = version + configuration.summary.map { ($0.name, $0.value) }
        log.log(.info, "starting", facts.map { (key: $0, value: .text($1)) })
        metrics.info("onsale_build_info", "The version of the program.", version)
    }
}
