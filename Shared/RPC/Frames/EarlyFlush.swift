/// Decides when a long turn writes a part of its output, so that the peer can start on another core. Each part is twice as
/// long as the previous one, which keeps the number of writes low.
struct EarlyFlush {
    private static let firstPart = 32

    private var frames = 0
    private var part = firstPart

    /// Counts a frame. Returns true if the output should be written now.
    mutating func isDue() -> Bool {
        frames += 1
        guard frames == part else { return false }
        frames = 0
        part *= 2
        return true
    }

    mutating func endTurn() {
        self = EarlyFlush()
    }
}
