import Certificates
import CommandLine
import Identity
import Kernel
import RPC
import Threads

/// The encryption of the gateway's connections. It trusts the authorities of `--ca`, or those of the key file that the
/// variable ONSALE_KEYS names, or those of this machine.
///
/// Without `--ca` and a key file, connections to this machine itself are not encrypted.
struct ServerTrust: Sendable {
    private let authorities: TLSAuthorities
    private let isGiven: Bool

    init(_ arguments: Arguments, environment: [String: String]) throws {
        if let path = arguments[CommonFlags.authorities] {
            let flag = CommonFlags.authorities.flag
            authorities = .these(try InputFile.required(path, by: flag, isSecret: false))
            isGiven = true
        } else if let path = environment["ONSALE_KEYS"], !path.isEmpty, let keys = try? KeyFile.readAny(path) {
            let certificates = SiteAuthority(keys)?.certificates ?? keys.certificate?.authorities ?? []
            authorities = .these(PEM.text(of: certificates))
            isGiven = true
        } else {
            authorities = .ofMachine
            isGiven = false
        }
    }

    /// The network for connections to `addresses`.
    func network(to addresses: [Address], over tcp: TCP) throws -> any Network {
        guard isGiven || !addresses.allSatisfy(\.isLoopback) else { return tcp }
        do {
            let context = try TLSContext(
                .client, certificate: nil, trusting: authorities, now: SystemClock().now)
            return TLSNetwork(over: tcp, client: context)
        } catch {
            throw GatewayError(.file, "\(CommonFlags.authorities.flag): the file \(error)")
        }
    }
}
