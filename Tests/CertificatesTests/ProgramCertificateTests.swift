import Certificates
import Identity
import Kernel
import TestSupport
import Testing
import Threads

@Suite struct ProgramCertificateTests {
    private let folder = TemporaryFolder()
    private let now = SystemClock().now
    private let keys = KeyFile.random()

    private func write(_ certificate: ProgramCertificate, _ name: String) {
        folder.write(certificate.authorities, to: "ca.pem")
        folder.write(certificate.certificates, to: name + ".pem")
        folder.write(certificate.key, to: name + ".key")
    }

    @Test func `programs with one key file trust each other's certificates`() {
        let certificates = [KeyHolder.queue, .wallet].map {
            ProgramCertificate(keys, for: CertificateSubject($0, hosts: ["localhost"]), now: now)
        }
        #expect(certificates[0].authorities == certificates[1].authorities)
        for certificate in certificates {
            write(certificate, "own")
            #expect(OpenSSL.verify("own.pem", in: folder))
            #expect(certificate.renewal.map { $0 > now && $0 < now + ProgramCertificate.lifetime } == true)
        }
        #expect(certificates[0].key != certificates[1].key)
    }

    @Test func `with the file of one program it is the certificate of the file`() throws {
        let part = try keys.split(for: .concert, hosts: ["concert.example"], validFor: .days(30), now: now)
        let own = ProgramCertificate(part, for: CertificateSubject(.concert, hosts: ["other.example"]), now: now)
        #expect(own.renewal == nil)
        write(own, "own")
        #expect(OpenSSL.verify("own.pem", options: "-verify_hostname concert.example", in: folder))
        #expect(!OpenSSL.verify("own.pem", options: "-verify_hostname other.example", in: folder))
        #expect(own.authorities == PEM.text(of: SiteAuthority(keys)!.certificates))
        let again = ProgramCertificate(part, for: CertificateSubject(.concert, hosts: []), now: now)
        #expect(again.certificates == own.certificates && again.key == own.key)
        let pair = ["pkey -in own.key -pubout", "x509 -in own.pem -noout -pubkey"].map { OpenSSL.run($0, in: folder) }
        #expect(pair[0].output == pair[1].output && pair[0].status == 0)
    }
}
