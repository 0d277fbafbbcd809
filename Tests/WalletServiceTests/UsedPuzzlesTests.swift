import Identity
import Kernel
import TestSupport
import Testing

@testable import WalletService

@Suite struct UsedPuzzlesTests {
    private let puzzles = Puzzles(.random())
    private let start = Uptime(nanoseconds: 0)

    /// Each number has its own puzzle. At one time, two of so many would have the same random number.
    private func puzzle(_ number: Int = 0) -> Puzzle {
        puzzles.make(bits: 12, for: "10.0.0.1", now: .noon + .milliseconds(number)).puzzle
    }

    private func expect(_ isNew: Bool, _ used: inout UsedPuzzles, _ puzzle: Puzzle, _ now: Uptime) {
        let isInserted = used.insert(puzzle, now: now)
        #expect(isInserted == isNew)
    }

    @Test func `a puzzle is used once, for at least its lifetime`() {
        var used = UsedPuzzles()
        let (first, second) = (puzzle(), puzzle())
        let late = start + .seconds(59)
        expect(true, &used, first, start)
        expect(true, &used, second, late)
        expect(false, &used, first, late)
        expect(false, &used, second, start + .seconds(60))
        expect(false, &used, second, start + .seconds(119))
    }

    @Test func `two lifetimes later nothing is remembered`() {
        var used = UsedPuzzles()
        let first = puzzle()
        expect(true, &used, first, start)
        expect(true, &used, first, start + .minutes(2))
    }

    @Test func `a flood of puzzles shortens the memory, which stays bounded`() {
        var used = UsedPuzzles()
        let first = puzzle()
        expect(true, &used, first, start)
        for number in 1..<UsedPuzzles.capacity { _ = used.insert(puzzle(number), now: start) }
        expect(false, &used, first, start)
        for number in 0...UsedPuzzles.capacity { _ = used.insert(puzzle(number), now: start) }
        expect(true, &used, first, start)
    }
}
