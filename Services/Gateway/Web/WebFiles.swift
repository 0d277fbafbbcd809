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

    /// What connections to the services need. Nil if they are plain.
    func context(now: Timestamp) throws(CommandLineError) -> TLSContext? {
        guard let authorities else { return nil }
        do {
            return try TLSContext(.client, certificate: edgeCertificate, trusting: .these(authorities), now: now)
        } catch {
            throw CommandLineError(
                "\(WebOptions.authorities.flag), \(WebOptions.edgeCertificate.flag), \(WebOptions.edgeKey.flag): \(error)"
            )
        }
    }
}
