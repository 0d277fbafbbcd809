import CommandLine
import Kernel
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
    static let proxies = Option(
        "proxy-from", .optional(.ranges), default: nil,
        "Addresses of proxies that send the address of a client (PROXY protocol, version 2). Limits then count this address."
    )

    static let all: [any AnyOption] = [mode, hosts, certificate, key, clientAuthorities, authorities, proxies]

    static let check = Options.Check([certificate.name, key.name]) { configuration in
        let isComplete = (configuration[certificate] == nil) == (configuration[key] == nil)
        return isComplete ? nil : "\(certificate.flag) and \(key.flag) belong together: pass both, or none."
    }

    /// The mode of a port at `address`.
    static func mode(_ configuration: Configuration, at address: Address) -> TLSServerRules.Mode {
        configuration[mode] ?? (address.isLoopback ? .optional : .required)
    }
}

extension ValueKind<[IPRange]> {
    private static let maximum = 64

    fileprivate static var ranges: Self {
        ValueKind(
            placeholder: "RANGE,...",
            allowed: "a list of 1 to \(maximum) ranges, such as 10.0.0.0/8,192.0.2.7,fd00::/8",
            show: { $0.map(\.description).joined(separator: ",") }
        ) { text in
            let parts = text.split(separator: ",", omittingEmptySubsequences: false)
            let ranges = parts.compactMap { IPRange(String($0)) }
            return ranges.count == parts.count && parts.count <= maximum ? ranges : nil
        }
    }
}
