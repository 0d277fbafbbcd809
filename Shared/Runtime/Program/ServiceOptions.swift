import Kernel

/// The options that every service has, with those of its own.
package struct ServiceOptions: Sendable {
    package static let logFormat = Option("log-format", .choice, default: LogFormat.text, "How lines are written.")
    package static let logLevel = Option("log-level", .choice, default: LogLevel.info, "What is left out of the log.")
    package static let drainTimeout = Option(
        "drain-timeout", .duration(in: .milliseconds(1) ... .minutes(10)), default: .seconds(30),
        "How long calls in flight may take after SIGTERM.")

    package let listen: Option<Address>
    package let statusListen: Option<Address>
    let options: Options

    /// `port` for calls, `statusPort` for `/metrics`, `/healthz` and `/readyz`, both unless the options say otherwise.
    package init(
        _ program: String, _ summary: String, port: UInt16, statusPort: UInt16, _ own: [any AnyOption] = [],
        checks: [Options.Check] = []
    ) {
        listen = Option("listen", .address, default: .loopback(port), "Where calls are taken.")
        statusListen = Option(
            "status-listen", .address, default: .loopback(statusPort),
            "Where /metrics, /healthz and /readyz are served over HTTP.")
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
