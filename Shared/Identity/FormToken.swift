import Encoding

/// Proves that a form was sent from a page of the same session. Other sites cannot make it, because they do not have the
/// secret of the session.
package struct FormToken: Sendable {
    private static let purpose = "onsale form"

    private let key: TagKey

    /// `secret` is the one of the session, or its credential.
    package init(ofSession secret: [UInt8]) { key = TagKey(SecretKey(filling: SHA256Hash(of: secret).bytes)) }

    package var text: String { Hexadecimal.text(of: key.tag(of: Array(Self.purpose.utf8))) }

    /// Compares in constant time.
    package func isText(_ text: String) -> Bool {
        Hexadecimal.bytes(of: text).map { key.isTag($0, of: Array(Self.purpose.utf8)) } ?? false
    }
}
