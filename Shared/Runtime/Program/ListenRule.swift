import Kernel

/// Without encryption, only this machine may connect, unless somebody says that the network around it is safe.
package enum ListenRule {
    package static let insecureListen = Option(
        "insecure-listen", .flag, default: false,
        "Lets other machines connect, without encryption. For a private network only.")

    /// The problem with `option`, as the configuration has it; nil when there is none.
    package static func check(_ option: Option<Address>) -> Options.Check {
        Options.Check([option.name, insecureListen.name]) { configuration in
            problem(option.name, configuration[option], isInsecureAllowed: configuration[insecureListen])
        }
    }

    private static func problem(_ name: String, _ address: Address, isInsecureAllowed: Bool) -> String? {
        if address.isLoopback || isInsecureAllowed { return nil }
        return "--\(name): other machines reach \(address), and nothing is encrypted yet. "
            + "Use \(Address.loopback(address.port)), or allow it with --\(insecureListen.name)."
    }
}
