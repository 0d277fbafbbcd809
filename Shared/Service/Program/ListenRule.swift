import CommandLine
import Kernel

/// Lets only this machine connect, because there is no encryption, unless the operator declares the network safe.
package enum ListenRule {
    package static let insecureListen = Option(
        "insecure-listen", .flag, default: false,
        "Lets other machines connect without encryption. Use it in a private network only.")

    /// Reports a value of `option` that other machines can reach.
    package static func check(_ option: Option<Address>) -> Options.Check {
        Options.Check([option.name, insecureListen.name]) { configuration in
            problem(option.name, configuration[option], isInsecureAllowed: configuration[insecureListen])
        }
    }

    private static func problem(_ name: String, _ address: Address, isInsecureAllowed: Bool) -> String? {
        if address.isLoopback || isInsecureAllowed { return nil }
        return "--\(name): other machines can reach \(address), and connections are not encrypted. "
            + "Use \(Address.loopback(address.port)), or allow it with --\(insecureListen.name)."
    }
}
