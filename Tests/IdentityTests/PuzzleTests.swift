import Identity
import Kernel
import TestSupport
import Testing

@Suite struct PuzzleTests {
    private let keys = KeyFile.random()

    @Test func `the solution of the example in the protocol is 770`() async throws {
        let puzzle = Puzzle(challenge: Array("12345".utf8), requiredBits: 12)
        #expect(try await puzzle.solve() == 770)
        #expect(puzzle.isSolved(by: 770))
        #expect(!puzzle.isSolved(by: 769))
        #expect(!Puzzle(challenge: puzzle.challenge, requiredBits: 24).isSolved(by: 770))
    }

    @Test func `any instance with the key file accepts a challenge, for its network and for a minute`() throws {
        let (puzzle, expiry) = Puzzles(keys).make(bits: 12, for: "10.0.0.1", now: .noon)
        let other = Puzzles(keys)
        #expect(expiry == Timestamp.noon + .minutes(1))
        #expect(other.puzzle(puzzle.challenge, for: "10.0.0.1", now: .noon) == puzzle)
        #expect(other.puzzle(puzzle.challenge, for: "10.0.0.1", now: expiry + Duration.milliseconds(-1)) == puzzle)
        #expect(other.puzzle(puzzle.challenge, for: "10.0.0.1", now: expiry) == nil)
        #expect(other.puzzle(puzzle.challenge, for: "10.0.0.2", now: .noon) == nil)
        #expect(Puzzles(.random()).puzzle(puzzle.challenge, for: "10.0.0.1", now: .noon) == nil)
    }

    @Test func `a changed or shortened challenge is refused, whichever byte it is`() {
        let puzzles = Puzzles(keys)
        let challenge = puzzles.make(bits: 12, for: "10.0.0.1", now: .noon).puzzle.challenge
        for index in challenge.indices {
            var changed = challenge
            changed[index] ^= 1
            #expect(puzzles.puzzle(changed, for: "10.0.0.1", now: .noon) == nil)
            #expect(puzzles.puzzle(Array(challenge.prefix(index)), for: "10.0.0.1", now: .noon) == nil)
        }
        #expect(puzzles.puzzle(challenge + [0], for: "10.0.0.1", now: .noon) == nil)
    }

    @Test func `two puzzles of one moment differ`() {
        let puzzles = Puzzles(keys)
        #expect(
            puzzles.make(bits: 12, for: "10.0.0.1", now: .noon).puzzle
                != puzzles.make(bits: 12, for: "10.0.0.1", now: .noon).puzzle)
    }

    @Test func `a cancelled search ends`() async {
        let search = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await Puzzle(challenge: [], requiredBits: 64).solve()
        }
        await #expect(throws: CancellationError.self) { try await search.value }
    }
}
