import Encoding
import Identity

/// A text with Ed25519 signatures, in the format of C2SP (`c2sp.org/signed-note`).
package struct SignedNote: Sendable {
    private static let algorithm: UInt8 = 1
    private static let keyIDByteCount = 4

    /// Lines that each end with a line feed.
    package let text: String
    /// Everything: the text, an empty line, and the signatures.
    package let whole: String
    private let signatures: [(name: String, keyID: [UInt8], signature: [UInt8])]

    /// Signs a text of lines that each end with a line feed.
    package init(_ text: String, signedAs name: String, with keys: LineKeys) {
        self.text = text
        let (keyID, signature) = (
            Self.keyID(of: keys.publicKeys[0], named: name), keys.signature(of: Array(text.utf8))
        )
        whole = "\(text)\n— \(name) \(Base64.text(of: keyID + signature))\n"
        signatures = [(name, keyID, signature)]
    }

    /// Nil if the text has no signature in this format.
    package init?(_ whole: String) {
        guard let end = whole.ranges(of: "\n\n").last, whole.hasSuffix("\n") else { return nil }
        text = String(whole[..<end.lowerBound]) + "\n"
        self.whole = whole
        signatures = whole[end.upperBound...].split(separator: "\n").compactMap { line in
            let words = line.split(separator: " ")
            guard words.count == 3, words[0] == "—", let bytes = Base64.bytes(of: String(words[2])),
                bytes.count == Self.keyIDByteCount + Ed25519.signatureByteCount
            else { return nil }
            return (
                String(words[1]), Array(bytes.prefix(Self.keyIDByteCount)),
                Array(bytes.dropFirst(Self.keyIDByteCount))
            )
        }
        guard !signatures.isEmpty else { return nil }
    }

    /// True if one of the keys signed it under this name. Other signatures are ignored.
    package func isSigned(as name: String, by publicKeys: [[UInt8]]) -> Bool {
        publicKeys.contains { key in
            let id = Self.keyID(of: key, named: name)
            return signatures.contains { signed in
                signed.name == name && signed.keyID == id
                    && Ed25519.isSignature(signed.signature, of: Array(text.utf8), by: key)
            }
        }
    }

    private static func keyID(of publicKey: [UInt8], named name: String) -> [UInt8] {
        let bytes = SHA256Hash(of: Array("\(name)\n".utf8) + [algorithm] + publicKey).bytes
        return Array(bytes.prefix(keyIDByteCount))
    }

    /// The public key as people publish it: `NAME+ID+KEY`.
    package static func keyText(of publicKey: [UInt8], named name: String) -> String {
        let id = keyID(of: publicKey, named: name)
        return "\(name)+\(Hexadecimal.text(of: id))+\(Base64.text(of: [algorithm] + publicKey))"
    }

    /// The public key in such a text. The name may be that of another line of the same site. Nil if it is no Ed25519 key.
    package static func publicKey(from text: String) -> [UInt8]? {
        let parts = text.split(separator: "+", maxSplits: 2)
        guard parts.count == 3, let bytes = Base64.bytes(of: String(parts[2])), bytes.first == algorithm,
            bytes.count == 1 + Ed25519.publicKeyByteCount
        else { return nil }
        return Array(bytes.dropFirst())
    }
}
