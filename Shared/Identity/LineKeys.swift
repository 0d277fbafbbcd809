/// The keys of the log of the waiting line. The first one signs. All of them are published.
package struct LineKeys: Sendable {
    private let keys: [SigningKey]

    package init(_ keyFile: KeyFile) {
        keys = keyFile.keys(for: .line).map { SigningKey(seed: $0.secret) }
    }

    /// In the order of the key file. Each has 32 bytes.
    package var publicKeys: [[UInt8]] { keys.map(\.publicKey) }

    package func signature(of message: [UInt8]) -> [UInt8] { keys[0].signature(of: message) }
}

/// Ed25519 with public keys only.
package enum Ed25519 {
    package static let publicKeyByteCount = Sodium.publicKeyByteCount
    package static let signatureByteCount = Sodium.signatureByteCount

    /// False also for a key or a signature of another size.
    package static func isSignature(_ signature: [UInt8], of message: [UInt8], by publicKey: [UInt8]) -> Bool {
        signature.count == signatureByteCount && publicKey.count == publicKeyByteCount
            && Sodium.isSignature(signature, of: message, publicKey: publicKey)
    }
}
