import Certificates
import CommandLine
import Identity
import Kernel
import RPC
import Threads

/// The network of the RPC benchmarks: TCP, or TLS with certificates from a key file that client and server share.
enum EncryptedNetwork {
    static let keys = Option(
        "tls", .optional(.path), default: nil, "A key file. Connections are then encrypted, with certificates from it.")

    static func over(_ tcp: TCP, keys path: String?) throws -> any Network {
        guard let path else { return tcp }
        let now = SystemClock().now
        let subject = CertificateSubject(.queue, hosts: ["127.0.0.1"])
        let made = ProgramCertificate(try KeyFile.read(path), for: subject, now: now)
        func context(_ side: TLSContext.Side) throws -> TLSContext {
            try TLSContext(
                side, certificate: TLSCertificate(chain: made.certificates, key: made.key),
                trusting: .these(made.authorities), now: now)
        }
        return TLSNetwork(
            over: tcp, TLSServerRules(.required), server: try context(.server), client: try context(.client))
    }
}
