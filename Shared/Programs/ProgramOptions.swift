import CommandLine
import Kernel
import RPC
import Telemetry

/// The options of every program.
package enum ProgramOptions {
    package static let logFormat = Option("log-format", .choice, default: LogFormat.text, "Format of the log lines.")
    package static let logLevel = Option("log-level", .choice, default: LogLevel.info, "Lowest level that is logged.")
    package static let drainTimeout = Option(
        "drain-timeout", .duration(in: .milliseconds(1) ... .minutes(10)), default: .seconds(30),
        "Maximum time for calls in flight after SIGTERM.")

    package static let proxies = Option(
        "proxy-from", .optional(.ranges), default: nil,
        "Addresses of proxies that send the address of a client (PROXY protocol, version 2). Limits then count this address."
    )

    /// The last paragraph of the help.
    package static let notes = (["Exit codes:"] + ExitCode.allCases.map { "  \($0.rawValue)  \($0.meaning)" }).joined(
        separator: "\n")
}

extension ValueKind<[IPRange]> {
    package static var ranges: Self {
        .list("RANGE,...", of: "ranges, such as 10.0.0.0/8,192.0.2.7,fd00::/8") { IPRange($0) }
    }
}
