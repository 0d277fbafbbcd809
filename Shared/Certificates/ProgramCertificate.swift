import Identity
import Kernel

/// The certificate of a running program with its key, and the authorities that it trusts, as PEM texts for TLS.
package struct ProgramCertificate: Sendable {
    /// The life of a certificate that a program makes itself.
    package static let lifetime = Duration.hours(24)

    package let certificates: String
    package let key: String
    package let authorities: String
    /// The program makes the next one from this time on. Nil if the certificate is from its key file.
    package let renewal: Timestamp?

    /// With the key file of all programs, makes a certificate and a key in memory. With the file of one program, takes
    /// the certificate of the file.
    package init(_ keys: KeyFile, for subject: CertificateSubject, now: Timestamp) {
        if let stored = keys.certificate {
            self.init([stored.certificate], stored.key, stored.authorities, renewal: nil)
        } else if let authority = SiteAuthority(keys) {
            let key = SigningKey.random()
            let certificate = authority.certificate(for: subject, key: key, validFor: Self.lifetime, now: now)
            self.init([certificate], key, authority.certificates, renewal: now + Self.lifetime / 2)
        } else {
            preconditionFailure("a key file has a certificate or the keys of an authority")
        }
    }

    private init(
        _ certificates: [[UInt8]], _ key: SigningKey, _ authorities: [[UInt8]], renewal: Timestamp?
    ) {
        self.certificates = PEM.text(of: certificates)
        self.key = PEM.text(of: key)
        self.authorities = PEM.text(of: authorities)
        self.renewal = renewal
    }
}

extension KeyFile {
    /// Makes the file of one program, with a certificate of `validity`.
    package func split(
        for holder: KeyHolder, hosts: [String], validFor validity: Duration, now: Timestamp
    ) throws(KeyFileError) -> KeyFile {
        guard let authority = SiteAuthority(self) else { throw .ofOneProgram(self.holder ?? holder) }
        let key = SigningKey.random()
        let certificate = authority.certificate(
            for: CertificateSubject(holder, hosts: hosts), key: key, validFor: validity, now: now)
        return try part(
            of: holder,
            certificate: StoredCertificate(authorities: authority.certificates, certificate: certificate, key: key))
    }
}
