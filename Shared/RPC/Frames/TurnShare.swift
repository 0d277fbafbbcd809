import Kernel

/// The work that the peer of a connection may cause in one turn of the loop. Its further input waits, so that a peer
/// with much input does not delay the others.
///
/// Work is counted in bytes: those received, those sent, a fixed number for each frame, and the time of its handler. So a
/// client with expensive calls does not delay others more than one with cheap ones.
struct TurnShare {
    /// The share of one connection: about 100 calls. A client with 64 calls in flight is then served in one turn, which
    /// keeps its requests together in batches of the database.
    static let bytes = 192 * 1024
    /// The share after the loop has done its work of a turn: a few calls, so that each connection is served in each turn.
    static let bytesWhenBusy = 4 * 1024
    /// The work of a loop in one turn. Connections with more input than their share take turns with it.
    static let bytesOfLoop = 384 * 1024
    /// A small frame costs more than its bytes.
    static let bytesPerFrame = 512
    /// A refused request costs more than its time. A client beyond its limits can send thousands of them at once, and
    /// should not take the turns of those within theirs.
    static let bytesPerRefusal = 8 * 1024

    /// The time that costs as much as a byte.
    private static let nanosecondsPerByte: UInt64 = 8

    private var used = 0
    /// The end of the last frame of a read. Nil for the first frame.
    private var lastFrame: Uptime?
    private var turn: UInt64 = 0

    mutating func beginRead() {
        lastFrame = nil
    }

    /// The time of a frame as work. The first frame of a read costs none: each connection can make a call in each turn, and
    /// most of them need no clock reading then.
    mutating func workSinceLastFrame(at now: Uptime) -> Int {
        defer { lastFrame = now }
        guard let lastFrame, now > lastFrame else { return 0 }
        return Int((now.nanoseconds - lastFrame.nanoseconds) / Self.nanosecondsPerByte)
    }

    mutating func use(_ bytes: Int) {
        used += bytes
    }

    /// `work` is what the loop has done in this turn for all connections.
    mutating func isUsedUp(in turn: UInt64, after work: Int) -> Bool {
        if turn != self.turn {
            self.turn = turn
            used = 0
        }
        return used >= (work < Self.bytesOfLoop ? Self.bytes : Self.bytesWhenBusy)
    }
}
