import CommandLine
import Database
import Glibc
import Kernel
import RPC
import Telemetry
import Threads

/// The `main` of a service.
package enum Program {
    private static let logTimeoutMilliseconds = 1000
    /// The longest time that a program may run after its drain time-out.
    private static let overdue = Duration.seconds(5)

    /// Reads the options, opens the log and the status port, starts the context, and returns when the program has
    /// ended. An error of the wiring counts as a component that could not start. With `--backup-to` it copies the
    /// database instead.
    ///
    /// Installs the signal handlers of the process, so it is called once.
    package static func run(
        _ context: ServiceContext, arguments: [String] = Array(CommandLine.arguments.dropFirst()),
        environment: [String: String] = ProcessEnvironment.variables
    ) async -> ExitCode {
        umask(0o077)
        SystemLimits.raiseFiles()
        let options = ServiceOptions(context)
        let configuration: Configuration
        do {
            switch try options.options.read(arguments, environment: environment) {
            case .configuration(let read): configuration = read
            case .help(let help):
                print(help, terminator: "")
                return .clean
            }
        } catch {
            let problems = error.problems.map { "\n  \($0)" }.joined()
            return refuse(context, .usage, "not started, invalid options:\(problems)")
        }
        if let path = configuration[ServiceOptions.backupTo] {
            let database = configuration[options.database]
            do { try Database.backup(of: database.text, to: path) } catch {
                return refuse(context, .unavailable, "\(error)")
            }
            print("copied \(database) to \(path)")
            return .clean
        }
        if let problem = SystemLimits.problem(SystemNeeds(configuration, options)) {
            return refuse(context, .unavailable, "not started. \(problem)")
        }
        return await run(context, options, configuration)
    }

    /// Logs the version and all options, and exports the version.
    private static func announce(_ configuration: Configuration, _ log: Log, _ metrics: Metrics) {
        let version = [("version", Version.number), ("contract", Version.contract), ("commit", Version.commit)]
        let facts = version + configuration.summary.map { ($0.name, $0.value) }
        log.log(.info, "starting", facts.map { (key: $0, value: .text($1)) })
        metrics.info("onsale_build_info", "The version of the program.", version)
    }

    private static func refuse(_ context: ServiceContext, _ code: ExitCode, _ problem: String) -> ExitCode {
        let bytes = Array("\(context.program): \(problem)\n".utf8)
        _ = write(STDERR_FILENO, bytes, bytes.count)
        return code
    }

    private static func run(
        _ context: ServiceContext, _ options: ServiceOptions, _ configuration: Configuration
    ) async -> ExitCode {
        // Log lines carry the machine's time, so that they can be compared with the logs of other programs.
        let machine = SystemClock()
        let clock = ServiceClock(machine)
        let format = configuration[ServiceOptions.logFormat]
        let writer = LogWriter(to: STDERR_FILENO) { count in format.line(.lost(count, at: machine.now)) }
        let log = Log(
            level: configuration[ServiceOptions.logLevel], format: format, clock: machine, write: writer.write)
        let (metrics, health) = (Metrics(), Health())
        let clockWatch = ClockWatch(clock, log, metrics, health)
        let drainTimeout = configuration[ServiceOptions.drainTimeout]
        let end: @Sendable (ExitCode) -> Void = { code in
            writer.flush(timeoutMilliseconds: logTimeoutMilliseconds)
            _exit(code.rawValue)
        }
        let lifecycle = Lifecycle(
            clock: clock, log: log, metrics: metrics, health: health, drainTimeout: drainTimeout,
            force: {
                log.error("ended by a second signal")
                end(.forced)
            })
        Signals.onTermination(lifecycle.stop, within: drainTimeout + overdue) {
            // Even the time-out of the drain did not fire: the tasks that end the program do not run.
            log.error("not stopped in time", ["part": "the runtime"])
            end(.drainTimedOut)
        }
        announce(configuration, log, metrics)
        let exitCode: ExitCode
        do {
            let parts = try await Wiring(
                context: context, options: options, configuration: configuration, clock: clock, log: log,
                metrics: metrics, health: health
            ).parts()
            let address = configuration[options.statusListen]
            let tls = TLSOptions.mode(configuration, at: address) == .required ? parts.tls : nil
            let status = StatusPort(at: address, tls, log, metrics, health)
            let suppressed = Job("log", every: LogLimiter.window) { log.reportSuppressed() }
            exitCode = await lifecycle.run(
                [status.component] + parts.components, jobs: [suppressed, clockWatch.job, status.job] + parts.jobs)
        } catch {
            log.error("not started", ["error": "\(error)"])
            exitCode = .unavailable
        }
        log.reportSuppressed(isEnd: true)
        writer.close(timeoutMilliseconds: logTimeoutMilliseconds)
        return exitCode
    }
}

/// The result of a program. The numbers are those of sysexits(3) if one fits.
package enum ExitCode: Int32, CaseIterable, Sendable {
    case clean = 0
    case usage = 64
    case unavailable = 69
    case drainTimedOut = 75
    case forced = 130

    package var meaning: String {
        switch self {
        case .clean: "stopped on request; every call in flight was answered"
        case .usage: "invalid options; nothing was started"
        case .unavailable: "a component could not start; the started ones were stopped"
        case .drainTimedOut: "did not stop within the drain timeout"
        case .forced: "ended at once by a second signal"
        }
    }
}
