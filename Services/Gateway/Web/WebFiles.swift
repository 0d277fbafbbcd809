import CommandLine
import Files
import Kernel
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
        func text(_ option: Option<String?>) throws(CommandLineError) -> String? {
            guard let path = configuration[option] else { return nil }
            let isSecret = [WebOptions.key.name, WebOptions.edgeKey.name].contains(option.name)
            do throws(TextFileError) {
                if let text = try TextFile.read(path, isSecret: isSecret) { return text }
            } catch {
                var hint = ""
                if case .openToOthers = error {
                    hint = ": run chmod 600 \(path), and replace the key if another user may have read it"
                }
                throw CommandLineError("\(option.flag): \(error)\(hint)")
            }
            throw CommandLineError("\(option.flag): there is no file \(path)")
        }
        authorities = try text(WebOptions.authorities)
        if let chain = try text(WebOptions.certificate), let key = try text(WebOptions.key) {
            certificate = StatusCertificate(chain: chain, key: key)
        } else {
            certificate = nil
        }
        if let chain = try text(WebOptions.edgeCertificate), let key = try text(WebOptions.edgeKey) {
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
