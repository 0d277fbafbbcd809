import Identity
import Kernel

/// The puzzles whose solution was used, for at least their lifetime. Each instance remembers its own: a solution that two
/// instances accept saves its client one puzzle.
struct UsedPuzzles {
    /// With two generations, at most 1 MiB. A flood of solutions shortens the memory. It pays for each solution.
    static let capacity = 32_768
    private static let tag = 14..<22

    private var present: Set<UInt64> = []
    private var past: Set<UInt64> = []
    private var began = Uptime(nanoseconds: 0)

    /// Returns false if it was used before.
    mutating func insert(_ puzzle: Puzzle, now: Uptime) -> Bool {
        if now >= began + Puzzles.lifetime || present.count >= Self.capacity {
            past = now >= began + Puzzles.lifetime + Puzzles.lifetime ? [] : present
            present = []
            began = now
        }
        // No two puzzles have the same bytes of their tag.
        let id = puzzle.challenge[Self.tag].reduce(0) { $0 << 8 | UInt64($1) }
        return !past.contains(id) && present.insert(id).inserted
    }
}
