import Identity
import Kernel
import Messages
import RPC
import Telemetry
import TestSupport
import Testing
import WalletAPI
import WalletDomain

@testable import WalletService

/// The gate with a manual clock, without transport and database.
@Suite struct SignInGateTests {
    private struct Unavailable: Error {}

    private static let home = "10.0.0.1"
    private let clock = ManualClock()
    private let metrics = Metrics()
    private let waiting = Counter()
    private let gate: SignInGate

    /// alice has signed in from her home. Two passwords can wait.
    init() {
        gate = SignInGate(
            Puzzles(.random()), clock, metrics, maximumWaiting: 2, waitingCount: { [waiting] in Int(waiting.count) }
        ) { name, network in
            name.text == "alice" && network == Self.home
        }
    }

    private func origin(_ network: String = home) -> SignInGate.Arrival {
        SignInGate.Arrival(network: network, patience: .seconds(10))
    }

    private func away(_ number: Int) -> SignInGate.Arrival { origin("10.0.1.\(number)") }

    /// Sends a wrong password, which must be refused as one.
    private func guess(_ name: String, _ solution: PuzzleSolution? = nil, from origin: SignInGate.Arrival) async throws
    {
        try await gate.admit(.guess(UserName(name)), solution, from: origin) { _ in
            throw WalletRefusal.because(.nameOrPasswordWrong)
        }
    }

    private func expectWrong(_ name: String, _ solution: PuzzleSolution? = nil, from origin: SignInGate.Arrival) async {
        await #expect(throws: WalletRefusal.because(.nameOrPasswordWrong)) {
            try await guess(name, solution, from: origin)
        }
    }

    private func expectWait(_ wait: Duration, _ name: String, from origin: SignInGate.Arrival) async {
        await #expect(throws: WalletRefusal.tooManyTries(retryAfter: wait)) { try await guess(name, from: origin) }
    }

    private func count(_ limit: String) -> Int {
        let name = "wallet_sign_in_refusals_total{limit=\"\(limit)\"} "
        let line = metrics.prometheusText.split(separator: "\n").first { $0.hasPrefix(name) }
        return line.flatMap { Int($0.dropFirst(name.count)) } ?? -1
    }

    @Test func `a name under attack keeps an allowance for a known network`() async throws {
        for number in 1...10 { await expectWrong("alice", from: away(number)) }
        await expectWait(.seconds(6), "alice", from: away(11))
        for _ in 1...10 { await expectWrong("alice", from: origin()) }
        await expectWait(.seconds(6), "alice", from: origin())
        #expect(try await gate.admit(.guess(UserName("bob")), nil, from: away(1)) { _ in true })
        #expect(count("name") == 2)
    }

    @Test func `an attempt refused for its name does not count for its network`() async throws {
        for _ in 1...10 { await expectWrong("bob", from: away(1)) }
        for _ in 1...100 { await expectWait(.seconds(6), "bob", from: away(1)) }
        for number in 1...40 { await expectWrong("user-\(number)", from: away(1)) }
        await expectWait(.seconds(1), "user-41", from: away(1))
        #expect(count("network") == 1)
    }

    @Test func `correct passwords and failures of the service do not count`() async throws {
        for _ in 1...100 {
            #expect(try await gate.admit(.guess(UserName("bob")), nil, from: origin()) { _ in true })
            await #expect(throws: Unavailable.self) {
                try await gate.admit(.guess(UserName("bob")), nil, from: origin()) { _ in throw Unavailable() }
            }
        }
    }

    @Test func `sign-ups count for a network, and failures of the service do not`() async throws {
        for _ in 1...200 {
            await #expect(throws: Unavailable.self) {
                try await gate.admit(.signUp, nil, from: origin()) { _ in throw Unavailable() }
            }
            _ = try await gate.admit(.signUp, nil, from: origin()) { _ in true }
        }
        for _ in 1...100 {
            await #expect(throws: WalletRefusal.tooManyTries(retryAfter: .seconds(1))) {
                try await gate.admit(.signUp, nil, from: origin()) { _ in true }
            }
        }
        await expectWrong("bob", from: origin())
        #expect(count("sign_ups") == 100)
    }

    @Test func `a taken name counts as a wrong password of its network`() async throws {
        for _ in 1...50 {
            await #expect(throws: WalletRefusal.because(.nameTaken)) {
                try await gate.admit(.signUp, nil, from: origin()) { _ in throw WalletRefusal.because(.nameTaken) }
            }
        }
        await expectWait(.seconds(1), "bob", from: origin())
    }

    // MARK: Puzzles

    private func puzzle(_ name: String, from origin: SignInGate.Arrival) async throws -> Identity.Puzzle {
        let failure = await refused("PUZZLE_REQUIRED") { try await guess(name, from: origin) }
        return try #require(failure?.puzzle)
    }

    private func solution(_ puzzle: Identity.Puzzle) async throws -> PuzzleSolution {
        PuzzleSolution(challenge: puzzle.challenge, nonce: try await puzzle.solve())
    }

    @Test func `under load, a password is checked once for the solution of a puzzle`() async throws {
        waiting.increment()
        let puzzle = try await puzzle("bob", from: away(1))
        #expect(puzzle.requiredBits == RequiredEffort.least)
        let solution = try await solution(puzzle)
        let elsewhere = await refused("PUZZLE_REQUIRED") { try await guess("bob", solution, from: away(2)) }
        #expect(elsewhere?.retryAfter == .seconds(1))
        let effort = try await gate.admit(.guess(UserName("bob")), solution, from: away(1)) { $0.effort }
        #expect(effort == RequiredEffort.least)
        await refused("PUZZLE_REQUIRED") { try await guess("bob", solution, from: away(1)) }
        #expect(count("puzzle") == 3)
    }

    @Test func `a wrong number, another key and an old puzzle are no solution`() async throws {
        waiting.increment()
        let puzzle = try await puzzle("bob", from: away(1))
        var wrong = try await solution(puzzle)
        repeat { wrong.nonce += 1 } while puzzle.isSolved(by: wrong.nonce)
        await refused("PUZZLE_REQUIRED") { try await guess("bob", wrong, from: away(1)) }
        let foreign = Puzzles(.random()).make(bits: 1, for: "10.0.1.1", now: clock.now).puzzle
        let forged = try await solution(foreign)
        await refused("PUZZLE_REQUIRED") { try await guess("bob", forged, from: away(1)) }
        let old = try await solution(puzzle)
        clock.advance(by: Puzzles.lifetime)
        await refused("PUZZLE_REQUIRED") { try await guess("bob", old, from: away(1)) }
    }

    @Test func `a request for a puzzle counts for its network until the puzzle is solved`() async throws {
        waiting.increment()
        for number in 1...50 {
            let solution = try await solution(try await puzzle("user-\(number)", from: away(1)))
            #expect(try await gate.admit(.guess(UserName("user-\(number)")), solution, from: away(1)) { _ in true })
        }
        for _ in 1...50 { _ = try await puzzle("bob", from: away(1)) }
        await expectWait(.seconds(1), "bob", from: away(1))
    }

    @Test func `a full room asks the one it refuses for more effort than it proved`() async throws {
        waiting.increment()
        let first = try await solution(try await puzzle("bob", from: away(1)))
        let failure = await refused("PUZZLE_REQUIRED") {
            try await gate.admit(.guess(UserName("bob")), first, from: away(1)) { _ in
                throw PasswordError.busy(maximumWaiting: 2)
            }
        }
        #expect(failure?.puzzle?.requiredBits == RequiredEffort.least + 1)
        #expect(count("waiting") == 1)
    }
}

extension RPCFailure {
    /// The puzzle of a failure PUZZLE_REQUIRED.
    var puzzle: Identity.Puzzle? {
        details.first { $0.type == WalletAPI.Puzzle.descriptor.name }
            .flatMap { try? WalletAPI.Puzzle(decoding: $0.value) }
            .map { Identity.Puzzle(challenge: $0.challenge, requiredBits: Int($0.bits)) }
    }
}
