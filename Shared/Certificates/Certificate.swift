import Glibc
import Identity
import Kernel

/// The fields of a certificate of version 3 with a key of Ed25519 (RFC 5280, RFC 8410).
struct CertificateContent {
    let serial: [UInt8]
    let issuer: String
    let subject: String
    let notBefore: Timestamp
    let notAfter: Timestamp
    let publicKey: [UInt8]
    let extensions: [[UInt8]]

    private static let algorithm = DER.sequence(DER.object([1, 3, 101, 112]))
    private static let organization = "Onsale"

    /// The certificate in DER.
    func signed(by key: SigningKey) -> [UInt8] {
        let content = DER.sequence(
            DER.tagged(0, isConstructed: true, DER.integer([2])),
            DER.integer(serial), Self.algorithm, Self.name(issuer),
            DER.sequence(DER.time(notBefore), DER.time(notAfter)), Self.name(subject),
            DER.sequence(Self.algorithm, DER.bits(publicKey)),
            DER.tagged(3, isConstructed: true, DER.sequence(of: extensions)))
        return DER.sequence(content, Self.algorithm, DER.bits(key.signature(of: content)))
    }

    private static func name(_ text: String) -> [UInt8] {
        let parts = [([2, 5, 4, 10], organization), ([2, 5, 4, 3], text)]
        return DER.sequence(of: parts.map { DER.set(DER.sequence(DER.object($0), DER.utf8($1))) })
    }
}

/// Extensions of certificates. Each is a value in DER.
enum CertificateExtension {
    /// An authority that signs certificates of programs only, not of other authorities.
    static let ofAuthority = [
        critical(19, DER.sequence(DER.yes, DER.integer([0]))),
        // To sign certificates, and lists of revoked ones.
        critical(15, DER.bits([0x06], unused: 1)),
    ]

    /// A program, as server and as client.
    static let ofProgram = [
        critical(19, DER.sequence()),
        // To sign the handshake.
        critical(15, DER.bits([0x80], unused: 7)),
        plain(37, DER.sequence(DER.object([1, 3, 6, 1, 5, 5, 7, 3, 1]), DER.object([1, 3, 6, 1, 5, 5, 7, 3, 2]))),
    ]

    static func key(_ id: [UInt8]) -> [UInt8] { plain(14, DER.octets(id)) }
    static func authorityKey(_ id: [UInt8]) -> [UInt8] { plain(35, DER.sequence(DER.tagged(0, id))) }

    /// The names of a program: URIs, and hosts, each a name or an IP address.
    static func names(uris: [String], hosts: [String]) -> [UInt8] {
        let names =
            uris.map { DER.tagged(6, Array($0.utf8)) }
            + hosts.map { host in
                address(host).map { DER.tagged(7, $0) } ?? DER.tagged(2, Array(host.utf8))
            }
        return plain(17, DER.sequence(of: names))
    }

    /// The bytes of an IP address. Nil for a name.
    static func address(_ host: String) -> [UInt8]? {
        for (family, count) in [(AF_INET, 4), (AF_INET6, 16)] {
            var bytes = [UInt8](repeating: 0, count: count)
            if inet_pton(family, host, &bytes) == 1 { return bytes }
        }
        return nil
    }

    private static func plain(_ number: Int, _ content: [UInt8]) -> [UInt8] {
        DER.sequence(DER.object([2, 5, 29, number]), DER.octets(content))
    }

    private static func critical(_ number: Int, _ content: [UInt8]) -> [UInt8] {
        DER.sequence(DER.object([2, 5, 29, number]), DER.yes, DER.octets(content))
    }
}
