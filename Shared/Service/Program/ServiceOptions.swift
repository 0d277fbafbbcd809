import CommandLine
import Kernel
import Telemetry

/// The options that every service has, and its own ones.
package struct ServiceOptions: Sendable {
    package static let logFormat = Option("log-format", .choice, default: LogFormat.text, "Format of the log lines.")
    package static let logLevel = Option("log-level", .choice, default: LogLevel.info, "Lowest level that is logged.")
    package static let drainTimeout = Option(
        "drain-timeout", .duration(in: .milliseconds(1) ... .minutes(10)), default: .seconds(30),
        "Maximum time for calls in flight after SIGTERM.")

    package let listen: Option<Address>
    package let statusListen: Option<Address>
    let options: Options

    /// `port` is the default port for calls, `statusPort` that for `/metrics`, `/healthz` and `/readyz`.
    package init(
        _ program: String, _ summary: String, port: UInt16, statusPort: UInt16, _ own: [any AnyOption] = [],
        checks: [Options.Check] = []
    ) {
        listen = Option("listen", .address, default: .loopback(port), "Address for calls.")
        statusListen = Option(
            "status-listen", .address, default: .loopback(statusPort),
            "Address for /metrics, /healthz and /readyz over HTTP.")
        let common: [any AnyOption] = [
            listen, statusListen, ListenRule.insecureListen, Self.logFormat, Self.logLevel, Self.drainTimeout,
        ]
        options = Options(
            program, summary, common + own,
            checks: [ListenRule.check(listen), ListenRule.check(statusListen)] + checks,
            notes: (["Exit codes:"] + ExitCode.allCases.map { "  \($0.rawValue)  \($0.meaning)" }).joined(
                separator: "\n"))
    }
}
