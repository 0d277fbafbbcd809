import Identity
import Kernel

/// The state of a place at one moment, signed by the service. With the checkpoints it proves that a place was let in too
/// early, or was skipped.
///
///     "onsale place statement v1\n" | room (16) | number i64 | place (16) | state u8 | position i64 | at i64    signed
package struct PlaceStatement: Sendable {
    package enum State: UInt8, Sendable {
        case waiting = 0
        /// The user's turn has come. The place may have ended since.
        case admitted = 1
        /// The place ended while it waited.
        case ended = 2
    }

    static let byteCount = 17 + Ed25519.signatureByteCount
    private static let title = Array("onsale place statement v1\n".utf8)

    package let state: State
    /// The number in the line: that of the log, or the drawn one. 0 before the draw.
    package let position: Int64
    package let at: Timestamp
    private let signature: [UInt8]

    package init(
        _ state: State, position: Int64, of leaf: LineLeaf, at time: Timestamp, signedWith keys: LineKeys
    ) {
        self.state = state
        self.position = position
        at = time
        signature = keys.signature(of: Self.content(state, position, leaf, time))
    }

    init?(bytes: [UInt8]) {
        guard bytes.count == Self.byteCount, let state = State(rawValue: bytes[0]) else { return nil }
        self.state = state
        position = Int64(bigEndian: bytes[1..<9])
        at = Timestamp(milliseconds: Int64(bigEndian: bytes[9..<17]))
        signature = Array(bytes[17...])
    }

    var bytes: [UInt8] { [state.rawValue] + position.bigEndianBytes + at.milliseconds.bigEndianBytes + signature }

    func isSigned(of leaf: LineLeaf, by publicKeys: [[UInt8]]) -> Bool {
        publicKeys.contains { Ed25519.isSignature(signature, of: Self.content(state, position, leaf, at), by: $0) }
    }

    private static func content(_ state: State, _ position: Int64, _ leaf: LineLeaf, _ time: Timestamp) -> [UInt8] {
        title + leaf.room.bytes + leaf.number.bigEndianBytes + leaf.place.bytes + [state.rawValue]
            + position.bigEndianBytes + time.milliseconds.bigEndianBytes
    }
}

extension Int64 {
    var bigEndianBytes: [UInt8] { withUnsafeBytes(of: bigEndian) { Array($0) } }

    init(bigEndian bytes: ArraySlice<UInt8>) {
        self = bytes.reduce(0) { $0 << 8 | Int64($1) }
    }
}
