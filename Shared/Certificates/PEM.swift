import Encoding
import Identity

/// Certificates and keys as text (RFC 7468), which TLS libraries and other programs read.
package enum PEM {
    package static func text(of certificates: [[UInt8]]) -> String {
        certificates.map { block("CERTIFICATE", $0) }.joined()
    }

    /// The secret key in the form of PKCS #8 (RFC 8410).
    package static func text(of key: SigningKey) -> String {
        let algorithm = DER.sequence(DER.object([1, 3, 101, 112]))
        return block(
            "PRIVATE KEY", DER.sequence(DER.integer([0]), algorithm, DER.octets(DER.octets(key.seedBytes))))
    }

    private static func block(_ label: String, _ bytes: [UInt8]) -> String {
        var text = "-----BEGIN \(label)-----\n"
        var rest = Base64.text(of: bytes)[...]
        while !rest.isEmpty {
            text += rest.prefix(64) + "\n"
            rest = rest.dropFirst(64)
        }
        return text + "-----END \(label)-----\n"
    }
}
