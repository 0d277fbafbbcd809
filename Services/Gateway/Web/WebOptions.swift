import CommandLine
import Journeys
import Kernel
import Programs
import RPC
import Threads

/// The options of the program.
enum WebOptions {
    static let listen = Option(
        "listen", .address, default: .loopback(7080), "Address for browsers and other clients of HTTP.")
    static let statusListen = Option(
        "status-listen", .address, default: .loopback(7180),
        "Address of the HTTP pages /metrics, /healthz and /readyz.")
    static let origin = Option(
        "origin", .optional(.origin), default: nil,
        "Scheme, host and port that browsers use, if a proxy in front has another address. If it begins with https, cookies "
            + "are only sent over https.")
    static let services: [(service: Service, option: Option<[Address]>)] = Service.allCases.map { service in
        let name = service.rawValue
        return (
            service, Option(name, .addresses, default: [service.defaultAddress], "Addresses of the \(name) service.")
        )
    }
    static let certificate = Option(
        "tls-certificate", .optional(.path), default: nil,
        "Certificate for browsers, in PEM. A new file is used within seconds. Without it, the port speaks plain HTTP.")
    static let key = Option("tls-key", .optional(.path), default: nil, "Key of --tls-certificate, in PEM.")
    static let edgeCertificate = Option(
        "edge-certificate", .optional(.path), default: nil,
        "Certificate for the services, in PEM, from: gateway admin certificate --program edge --output FILE. Without it, "
            + "the services count all buyers as one address. A new file is used within seconds.")
    static let edgeKey = Option("edge-key", .optional(.path), default: nil, "Key of --edge-certificate, in PEM.")
    static let authorities = Option(
        "tls-ca", .optional(.path), default: nil,
        "Authorities of the certificates of the services, in PEM, from: gateway admin certificate --ca.")
    static let loops = Option(
        "loops", .integer(in: 1...64), default: SystemLimits.cores, "Number of threads that answer requests.")
    static let maxConnections = Option(
        "max-connections", .integer(in: 1...100_000), default: HTTPLimits().connections,
        "Maximum of open connections. Further ones are closed.")
    static let maxConnectionsPerNetwork = Option(
        "max-connections-per-network", .integer(in: 1...100_000), default: HTTPLimits().connectionsPerNetwork,
        "Maximum of open connections of one client network: an IPv4 address, or the /64 of an IPv6 address. Further ones are "
            + "closed. Connections from this machine have no such limit.")
    static let maxBodyBytes = Option(
        "max-body-bytes", .integer(in: 1024...4_194_304), default: HTTPLimits().bodyBytes,
        "Maximum size of the body of a request, in bytes, also after decompression.")
    static let callTimeout = Option(
        "call-timeout", .duration(in: .milliseconds(100) ... .minutes(1)), default: .seconds(10),
        "Maximum time for a call to a service.")

    static let accessLog = Option(
        "access-log", .flag, default: false,
        "Logs each answer: method, path, status, bytes, duration and request id. No line has a query, a cookie or the address "
            + "of a client.")

    static let all = Options(
        "gateway-web", "The web edge: pages for buyers, and the API over HTTP. See deploy/README.md.",
        ([ProgramOptions.logFormat, ProgramOptions.logLevel, ProgramOptions.drainTimeout, listen, statusListen, origin]
            as [any AnyOption]) + services.map { $0.option } + [
                certificate, key, edgeCertificate, edgeKey, authorities, ProgramOptions.proxies, loops, maxConnections,
                maxConnectionsPerNetwork, maxBodyBytes, callTimeout, accessLog,
            ],
        checks: [
            together(certificate, key), together(edgeCertificate, edgeKey),
            Options.Check([edgeCertificate.name, authorities.name]) { configuration in
                guard configuration[edgeCertificate] != nil, configuration[authorities] == nil else { return nil }
                return "\(edgeCertificate.flag) needs \(authorities.flag), because the services then use TLS."
            },
        ],
        notes: ProgramOptions.notes)

    private static func together(_ one: Option<String?>, _ other: Option<String?>) -> Options.Check {
        Options.Check([one.name, other.name]) { configuration in
            let isComplete = (configuration[one] == nil) == (configuration[other] == nil)
            return isComplete ? nil : "\(one.flag) and \(other.flag) belong together: pass both, or none."
        }
    }
}

extension ValueKind<String> {
    /// The scheme, the host and perhaps the port of a site.
    fileprivate static var origin: Self {
        ValueKind(placeholder: "URL", allowed: "https://HOST or http://HOST, perhaps with :PORT, without a path") {
            text in
            let parts = text.split(separator: "/", omittingEmptySubsequences: false)
            guard parts.count == 3, ["http:", "https:"].contains(parts[0]), parts[1].isEmpty else { return nil }
            let host = String(parts[2])
            return Address(host) != nil || Address("\(host):0") != nil ? text : nil
        }
    }
}

extension HTTPLimits {
    init(_ configuration: Configuration) {
        self.init()
        connections = configuration[WebOptions.maxConnections]
        connectionsPerNetwork = configuration[WebOptions.maxConnectionsPerNetwork]
        bodyBytes = configuration[WebOptions.maxBodyBytes]
    }
}
