/// The work that the peer of a connection may cause in one turn of the loop. Its further input waits, so that a peer
/// with much input does not delay the others.
///
/// Work is counted in bytes: those received, those sent, and a fixed number for each frame.
struct TurnShare {
    /// The share of one connection: about 200 small calls.
    private static let bytes = 128 * 1024
    /// The work of the connections that have used up their share. They take turns.
    static let bytesOfWaiting = 256 * 1024
    /// A small frame costs more than its bytes.
    static let bytesPerFrame = 512

    private(set) var used = 0
    private var turn: UInt64 = 0

    mutating func use(_ bytes: Int) {
        used += bytes
    }

    mutating func isUsedUp(in turn: UInt64) -> Bool {
        if turn != self.turn {
            self.turn = turn
            used = 0
        }
        return used >= Self.bytes
    }
}
