import Certificates
import Identity
import Kernel
import RPC
import Service
import Threads

extension KeyFile {
    /// TLS for a client without a certificate.
    func context() throws -> TLSContext {
        let authorities = SiteAuthority(self).map { PEM.text(of: $0.certificates) } ?? ""
        return try TLSContext(.client, certificate: nil, trusting: .these(authorities), now: SystemClock().now)
    }

    /// TLS with the certificate in the split key file of a program.
    package func context(_ side: TLSContext.Side, of holder: KeyHolder) throws -> TLSContext {
        // The TLS library compares certificates with the time of the machine.
        let now = SystemClock().now
        let own = try split(for: holder, hosts: ["127.0.0.1"], validFor: .hours(1), now: now)
        let certificate = ProgramCertificate(own, for: CertificateSubject(holder, hosts: []), now: now)
        return try TLSContext(
            side, certificate: TLSCertificate(chain: certificate.certificates, key: certificate.key),
            trusting: .these(certificate.authorities), now: now)
    }

    /// The network of a service at a loopback port.
    func port(on loops: Loops, tls mode: TLSServerRules.Mode) throws -> TLSNetwork {
        TLSNetwork(over: TCP(on: loops), .ofService(mode), server: try context(.server, of: .concert))
    }
}
