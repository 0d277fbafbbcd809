import CommandLine
import Kernel
import Programs
import RPC
import Telemetry

/// The contents of the files for TLS, on both sides of the edge.
struct WebFiles: Equatable, Sendable {
    /// For browsers.
    let certificate: StatusCertificate?
    /// For the services.
    let edgeCertificate: TLSCertificate?
    let authorities: String?

    init(_ configuration: Configuration) throws(CommandLineError) {
        authorities = try configuration.text(of: WebOptions.authorities)
        if let chain = try configuration.text(of: WebOptions.certificate),
            let key = try configuration.text(of: WebOptions.key, isSecret: true)
        {
            certificate = StatusCertificate(chain: chain, key: key)
        } else {
            certificate = nil
        }
        if let chain = try configuration.text(of: WebOptions.edgeCertificate),
            let key = try configuration.text(of: WebOptions.edgeKey, isSecret: true)
        {
            edgeCertificate = TLSCertificate(chain: chain, key: key)
        } else {
            edgeCertificate = nil
        }
    }

    /// What connections to the services need, nil if they are plain, and the end of the certificate that expires first.
    /// Throws if a certificate cannot be used.
    func contexts(now: Timestamp) throws(CommandLineError) -> (services: TLSContext?, expiry: Timestamp?) {
        func context(
            _ side: TLSContext.Side, _ certificate: TLSCertificate?, _ authorities: TLSAuthorities,
            _ options: [Option<String?>]
        ) throws(CommandLineError) -> TLSContext {
            do {
                return try TLSContext(side, certificate: certificate, trusting: authorities, now: now)
            } catch {
                throw CommandLineError("\(options.map(\.flag).joined(separator: ", ")): \(error)")
            }
        }
        // The HTTP library reads the certificate itself, but says neither why it refuses one nor when it ends.
        let site = try certificate.map { certificate throws(CommandLineError) in
            try context(
                .server, TLSCertificate(chain: certificate.chain, key: certificate.key), .these(certificate.chain),
                [WebOptions.certificate, WebOptions.key])
        }
        let services = try authorities.map { authorities throws(CommandLineError) in
            try context(
                .client, edgeCertificate, .these(authorities),
                [WebOptions.authorities, WebOptions.edgeCertificate, WebOptions.edgeKey])
        }
        return (services, [site?.expiry, services?.expiry].compactMap(\.self).min())
    }
}
