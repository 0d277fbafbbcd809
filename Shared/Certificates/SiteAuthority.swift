import Identity
import Kernel

/// The authority of a site, made from the `ca` keys of its key file.
///
/// Serial, names and validity of its certificates are constant, and Ed25519 is deterministic. So every program with the
/// key file derives the same bytes. No certificate has to be copied.
package struct SiteAuthority: Sendable {
    package static let longestValidity = Duration.days(365)
    /// 2025-01-01 and 2099-12-31.
    private static let validity = (
        from: Timestamp(milliseconds: 1_735_689_600_000), until: Timestamp(milliseconds: 4_102_444_799_000)
    )
    /// A certificate is valid from this long ago, because the clocks of machines differ.
    private static let clockDifference = Duration.minutes(10)

    private struct Authority: Sendable {
        let name: String
        let key: SigningKey
        let certificate: [UInt8]
    }

    private let authorities: [Authority]

    /// Nil for the file of one program, which cannot make certificates.
    package init?(_ keys: KeyFile) {
        authorities = keys.authorities.map { id, key in
            let name = "Onsale site authority \(id)"
            let content = CertificateContent(
                serial: withUnsafeBytes(of: id.rawValue.bigEndian) { [1] + Array($0) }, issuer: name, subject: name,
                notBefore: Self.validity.from, notAfter: Self.validity.until, publicKey: key.publicKey,
                extensions: CertificateExtension.ofAuthority + [CertificateExtension.key(key.publicKeyID)])
            return Authority(name: name, key: key, certificate: content.signed(by: key))
        }
        if authorities.isEmpty { return nil }
    }

    /// The certificates that programs trust, in DER. The first one signs.
    package var certificates: [[UInt8]] { authorities.map(\.certificate) }

    /// Signs a certificate of the owner of `key`.
    package func certificate(
        for subject: CertificateSubject, key: SigningKey, validFor validity: Duration, now: Timestamp
    ) -> [UInt8] {
        precondition(validity <= Self.longestValidity, "a certificate is valid for a year at most")
        let authority = authorities[0]
        let content = CertificateContent(
            serial: [1] + (0..<15).map { _ in UInt8.random(in: 0 ... .max) }, issuer: authority.name,
            subject: subject.name, notBefore: now - Self.clockDifference, notAfter: now + validity,
            publicKey: key.publicKey,
            extensions: CertificateExtension.ofProgram + [
                CertificateExtension.key(key.publicKeyID),
                CertificateExtension.authorityKey(authority.key.publicKeyID),
                CertificateExtension.names(uris: subject.holder.map { [$0.uri] } ?? [], hosts: subject.hosts),
            ])
        return content.signed(by: authority.key)
    }
}

/// The owner of a certificate: its name, its role, and the hosts where it runs.
package struct CertificateSubject: Sendable {
    package let name: String
    /// Nil for a program that is not part of Onsale.
    package let holder: KeyHolder?
    /// Names and IP addresses.
    package let hosts: [String]

    package init(name: String, holder: KeyHolder?, hosts: [String]) {
        self.name = name
        self.holder = holder
        self.hosts = hosts
    }

    package init(_ holder: KeyHolder, hosts: [String]) {
        self.init(name: "\(holder)", holder: holder, hosts: hosts)
    }
}

extension KeyHolder {
    /// The name of the program in certificates: `onsale:wallet`.
    package var uri: String { "onsale:\(rawValue)" }
}
