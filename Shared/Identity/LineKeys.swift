import Kernel

/// The keys of the log of the waiting line. The first one signs. All of them are published.
package struct LineKeys: Sendable {
    private static let drawTitle = Array("onsale draw secret v1".utf8)

    private let keys: [SigningKey]
    private let drawKeys: [TagKey]

    package init(_ keyFile: KeyFile) {
        let secrets = keyFile.keys(for: .line).map(\.secret)
        keys = secrets.map { SigningKey(seed: $0) }
        drawKeys = secrets.map { TagKey(Sodium.derivedKey(from: $0, number: 1, context: "onsaledr")) }
    }

    /// The secrets for the draw of a room, one of each key. Only the hash of the first one is published before the draw.
    package func drawSecrets(of room: RoomID) -> [[UInt8]] { drawKeys.map { $0.tag(of: Self.drawTitle + room.bytes) } }

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
