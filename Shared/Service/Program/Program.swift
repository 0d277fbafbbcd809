import CommandLine
import Database
import Kernel
import Programs
import RPC
import Threads

/// The `main` of a service.
package enum Program {
    /// Reads the options, opens the log and the status port, starts the context, and returns when the program has
    /// ended. An error of the wiring counts as a component that could not start. With `--backup-to` it copies the
    /// database instead.
    ///
    /// Installs the signal handlers of the process, so it is called once.
    package static func run(
        _ context: ServiceContext, arguments: [String] = Array(CommandLine.arguments.dropFirst()),
        environment: [String: String] = ProcessEnvironment.variables
    ) async -> ExitCode {
        let options = ServiceOptions(context)
        do throws(ExitCode) {
            let configuration = try ProgramFrame.configuration(
                options.options, arguments: arguments, environment: environment)
            if let path = configuration[ServiceOptions.backupTo] {
                return backUp(context, configuration[options.database], to: path)
            }
            if let problem = SystemLimits.problem(SystemNeeds(configuration, options)) {
                return .refuse(context.program, .unavailable, "not started. \(problem)")
            }
            return await run(context, options, configuration)
        } catch {
            return error
        }
    }

    private static func backUp(_ context: ServiceContext, _ database: SecretURL, to path: String) -> ExitCode {
        do { try Database.backup(of: database.text, to: path) } catch {
            return .refuse(context.program, .unavailable, "\(error)")
        }
        print("copied \(database) to \(path)")
        return .clean
    }

    private static func run(
        _ context: ServiceContext, _ options: ServiceOptions, _ configuration: Configuration
    ) async -> ExitCode {
        let clock = ServiceClock()
        let frame = ProgramFrame(configuration, clock: clock)
        let clockWatch = ClockWatch(clock, frame.log, frame.metrics, frame.health)
        return await frame.run(configuration) {
            let parts = try await Wiring(
                context: context, options: options, configuration: configuration, clock: clock, log: frame.log,
                metrics: frame.metrics, health: frame.health
            ).parts()
            let address = configuration[options.statusListen]
            let tls = TLSOptions.mode(configuration, at: address) == .required ? parts.tls : nil
            let status = StatusPort(at: address, frame) { tls?.statusCertificate }
            return (
                [status.component] + parts.components,
                [clockWatch.job, status.job(every: ServiceTLS.interval)] + parts.jobs
            )
        }
    }
}
