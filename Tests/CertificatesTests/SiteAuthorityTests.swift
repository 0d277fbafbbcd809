import Certificates
import Identity
import Kernel
import TestSupport
import Testing
import Threads

@Suite struct SiteAuthorityTests {
    private let folder = TemporaryFolder()
    private let now = SystemClock().now

    private func write(_ keys: KeyFile, _ subject: CertificateSubject, validFor: Duration = .hours(24)) {
        let authority = SiteAuthority(keys)!
        folder.write(PEM.text(of: authority.certificates), to: "ca.pem")
        let key = SigningKey.random()
        let certificate = authority.certificate(for: subject, key: key, validFor: validFor, now: now)
        folder.write(PEM.text(of: [certificate]), to: "leaf.pem")
        folder.write(PEM.text(of: key), to: "leaf.key")
    }

    private func file(_ text: String) throws -> KeyFile {
        folder.write(text, to: "keys")
        return try KeyFile.read(folder.path + "/keys")
    }

    /// The key file of the recordings of be9f464.
    private static let old = "auth a0000001 \(digits(1))\nauth a0000002 \(digits(2))\nticket a0000003 \(digits(3))\n"

    private static func digits(_ digit: Int) -> String { String(repeating: "0\(digit)", count: 32) }

    @Test func `openssl accepts the certificate of a program as server and as client`() {
        let hosts = ["localhost", "127.0.0.1", "wallet.example", "::1"]
        write(.random(), CertificateSubject(.wallet, hosts: hosts))
        for purpose in ["sslserver", "sslclient"] {
            for host in [
                "-verify_hostname localhost", "-verify_hostname wallet.example", "-verify_ip 127.0.0.1",
                "-verify_ip ::1",
            ] {
                #expect(OpenSSL.verify("leaf.pem", options: "-purpose \(purpose) \(host)", in: folder), "\(host)")
            }
        }
        #expect(!OpenSSL.verify("leaf.pem", options: "-verify_hostname queue.example", in: folder))
        #expect(!OpenSSL.verify("leaf.pem", options: "-verify_ip 127.0.0.2", in: folder))
        #expect(OpenSSL.verify("ca.pem", in: folder))
    }

    @Test func `openssl reads names, use and key of a certificate`() {
        write(.random(), CertificateSubject(.wallet, hosts: ["wallet.example", "10.0.0.3"]))
        let text = OpenSSL.run("x509 -in leaf.pem -noout -text", in: folder).output
        for part in [
            "URI:onsale:wallet, DNS:wallet.example, IP Address:10.0.0.3", "CA:FALSE", "Digital Signature",
            "TLS Web Server Authentication, TLS Web Client Authentication", "CN = WalletService", "Version: 3",
            "ED25519",
        ] { #expect(text.contains(part), "\(part)") }
        let authority = OpenSSL.run("x509 -in ca.pem -noout -text", in: folder).output
        for part in ["CA:TRUE, pathlen:0", "Certificate Sign, CRL Sign", "CN = Onsale site authority "] {
            #expect(authority.contains(part), "\(part)")
        }
        let certificate = OpenSSL.run("x509 -in leaf.pem -noout -pubkey", in: folder)
        #expect(certificate.output == OpenSSL.run("pkey -in leaf.key -pubout", in: folder).output)
        #expect(certificate.output.hasPrefix("-----BEGIN PUBLIC KEY-----"))
    }

    @Test func `a certificate is valid for its time, and ten minutes before, because clocks differ`() {
        write(.random(), CertificateSubject(.queue, hosts: ["localhost"]), validFor: .hours(24))
        let seconds = now.milliseconds / 1000
        for (difference, isValid) in [(-590, true), (0, true), (86_000, true), (-700, false), (86_500, false)] {
            let options = "-attime \(seconds + Int64(difference))"
            #expect(OpenSSL.verify("leaf.pem", options: options, in: folder) == isValid, "\(difference) s")
        }
    }

    @Test func `every program derives the same authority from the key file, in every version`() throws {
        let keys = try file(
            "auth 00000001 \(Self.digits(1))\nticket 00000002 \(Self.digits(2))\nline 00000003 \(Self.digits(3))\n"
                + "ca 00000004 \(Self.digits(4))\n")
        let again = try KeyFile.readAny(folder.path + "/keys")
        #expect(SiteAuthority(keys)!.certificates == SiteAuthority(again)!.certificates)
        folder.write(PEM.text(of: SiteAuthority(keys)!.certificates), to: "ca.pem")
        let fingerprint = OpenSSL.run("x509 -in ca.pem -noout -fingerprint -sha256", in: folder).output
        let digits = fingerprint.filter { $0.isHexDigit || $0 == "=" }.split(separator: "=").last
        #expect(
            digits == "4A4EE5BA79C87B705CE9CCBB7634A44B4F1D6D0890CFFCD9FDA68BC414CC616D",
            "other versions trust other bytes")
    }

    @Test func `while a key is staged, programs trust both authorities`() throws {
        var keys = KeyFile.random()
        let before = SiteAuthority(keys)!
        try keys.stage(.ca)
        let staged = SiteAuthority(keys)!
        #expect(staged.certificates.count == 2 && staged.certificates[0] == before.certificates[0])
        let id = keys.ids(of: .ca)[1]
        try keys.promote(id, of: .ca)
        let promoted = SiteAuthority(keys)!
        #expect(promoted.certificates == staged.certificates.reversed())
        folder.write(PEM.text(of: staged.certificates), to: "ca.pem")
        for authority in [before, staged, promoted] {
            let leaf = authority.certificate(
                for: CertificateSubject(.queue, hosts: []), key: .random(), validFor: .hours(1), now: now)
            folder.write(PEM.text(of: [leaf]), to: "leaf.pem")
            #expect(OpenSSL.verify("leaf.pem", in: folder))
        }
        try keys.drop(keys.ids(of: .ca)[1], of: .ca)
        folder.write(PEM.text(of: SiteAuthority(keys)!.certificates), to: "ca.pem")
        #expect(OpenSSL.verify("leaf.pem", in: folder), "the new authority signed it")
        let leaf = before.certificate(
            for: CertificateSubject(.queue, hosts: []), key: .random(), validFor: .hours(1), now: now)
        folder.write(PEM.text(of: [leaf]), to: "leaf.pem")
        #expect(!OpenSSL.verify("leaf.pem", in: folder))
    }

    @Test func `a key file of be9f464 has an authority, and keeps it when another key is replaced`() throws {
        var keys = try file(Self.old)
        let certificates = SiteAuthority(keys)!.certificates
        #expect(certificates.count == 2)
        #expect(folder.read("keys") == Self.old, "reading never changes a file")
        try keys.promote(keys.stage(.auth), of: .auth)
        try keys.replace(folder.path + "/keys")
        #expect(SiteAuthority(try KeyFile.read(folder.path + "/keys"))!.certificates == certificates)
        #expect(folder.read("keys")!.contains("\nca a0000001 "))
    }
}
