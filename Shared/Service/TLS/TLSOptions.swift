import CommandLine
import Kernel
import Programs
import RPC

/// The options for encryption.
enum TLSOptions {
    static let mode = Option(
        "tls", .optional(ValueKind<TLSServerRules.Mode>.choice), default: nil,
        "required refuses connections without TLS, optional accepts them, off uses no TLS in either direction. If not "
            + "given: optional if --listen is a loopback address, otherwise required.")
    static let hosts = Option(
        "tls-hosts", .optional(.hosts), default: nil,
        "Names and IP addresses that clients connect to, besides those of this machine. The certificate that a service "
            + "makes itself contains them.")
    static let certificate = Option(
        "tls-certificate", .optional(.path), default: nil,
        "Certificate for clients, in PEM, instead of one from the key file. Replace the file before it expires.")
    static let key = Option("tls-key", .optional(.path), default: nil, "Key of --tls-certificate, in PEM.")
    static let clientAuthorities = Option(
        "tls-client-ca", .optional(.path), default: nil,
        "Authorities of the certificates of clients, in PEM, besides that of the key file.")
    static let authorities = Option(
        "tls-ca", .optional(.path), default: nil,
        "Authorities of the certificates of other services, in PEM, besides that of the key file.")
    static let all: [any AnyOption] = [
        mode, hosts, certificate, key, clientAuthorities, authorities, ProgramOptions.proxies,
    ]

    static let check = Options.Check([certificate.name, key.name]) { configuration in
        let isComplete = (configuration[certificate] == nil) == (configuration[key] == nil)
        return isComplete ? nil : "\(certificate.flag) and \(key.flag) belong together: pass both, or none."
    }

    /// The mode of a port at `address`.
    static func mode(_ configuration: Configuration, at address: Address) -> TLSServerRules.Mode {
        configuration[mode] ?? (address.isLoopback ? .optional : .required)
    }
}
