import Identity
import Kernel
import Messages
import RPC
import Telemetry
import Threads
import WalletAPI
import WalletDomain

/// Admits the calls that check or hash a password (SignIn, SignUp, ChangePassword and SetPassword), and CheckName.
///
/// It applies the cheapest limits first: the limit of the caller's network, a puzzle while many passwords wait, the limit
/// of the name. Then the password waits for its turn. A flood meets the first two, so it costs neither a query nor a hash.
final class SignInGate: Sendable {
    /// The purpose of a call.
    enum Purpose: Sendable {
        /// A guess of the password or the code of this name.
        case guess(UserName)
        case signUp
    }

    /// The origin of a call, and how long it waits.
    struct Arrival: Sendable {
        let network: String
        /// The time that it waits.
        let patience: Duration
    }

    /// The reasons why a password is not checked, in the metric.
    private enum Limit: String, CaseIterable {
        case network, puzzle, name, waiting
        case signUps = "sign_ups"
    }

    private struct State {
        var required: RequiredEffort
        var used = UsedPuzzles()
    }

    private static let rest = Duration.seconds(1)

    private let maximumWaiting: Int
    private let waitingCount: @Sendable () -> Int
    private let throttle: SignInThrottle
    private let puzzles: Puzzles
    private let clock: any Clock
    private let refusals: Family<Counter>
    private let isKnown: @Sendable (UserName, String) async throws -> Bool
    private let state: Lock<State>

    /// `waitingCount` returns the number of waiting passwords, of at most `maximumWaiting`. `isKnown` returns true if the
    /// user of the name has signed in from the network.
    init(
        _ puzzles: Puzzles, _ clock: any Clock, _ metrics: Metrics, maximumWaiting: Int,
        waitingCount: @escaping @Sendable () -> Int,
        isKnown: @escaping @Sendable (UserName, String) async throws -> Bool
    ) {
        self.maximumWaiting = maximumWaiting
        self.waitingCount = waitingCount
        self.puzzles = puzzles
        self.clock = clock
        self.isKnown = isKnown
        throttle = SignInThrottle(clock)
        state = Lock(State(required: RequiredEffort(now: clock.uptime)))
        refusals = metrics.counters(
            "wallet_sign_in_refusals_total", "Calls whose password was not checked, by limit.", labels: ["limit"])
        for limit in Limit.allCases { _ = refusals.with(limit.rawValue) }
        metrics.gauge("wallet_passwords_waiting", "Passwords that wait to be checked or hashed.") {
            Double(waitingCount())
        }
        metrics.gauge("wallet_sign_in_puzzle_bits", "Effort that a sign-in must prove. 0: none.") { [weak self] in
            Double(self?.state.withLock { $0.required.bits } ?? 0)
        }
    }

    /// Runs `body` as soon as the limits admit it. Its refusals count as wrong guesses, and so does a sign-up.
    func admit<Value>(
        _ purpose: Purpose, _ solution: PuzzleSolution?, from origin: Arrival,
        _ body: (PasswordTurn) async throws -> Value
    ) async throws -> Value {
        let effort = try proveEffort(solution, origin.network)
        let key = try await take(purpose, origin.network)
        do {
            let deadline = clock.uptime + origin.patience
            let turn = PasswordTurn(network: origin.network, effort: effort, deadline: deadline)
            let value = try await body(turn)
            throttle.giveBack(.network(origin.network))
            if case .guess = purpose { throttle.giveBack(key) }
            return value
        } catch let refusal as WalletRefusal {
            throw refusal
        } catch {
            // The password was not checked, so this attempt does not count.
            throttle.giveBack(.network(origin.network))
            throttle.giveBack(key)
            throw isBusy(error) ? busy(effort, origin.network) ?? error : error
        }
    }

    /// Applies the limit of the network, and demands a puzzle under load. Returns the effort of the caller.
    private func proveEffort(_ solution: PuzzleSolution?, _ network: String) throws -> Int {
        let (now, uptime) = (clock.now, clock.uptime)
        let solved = solution.flatMap { solution -> Identity.Puzzle? in
            guard let puzzle = puzzles.puzzle(solution.challenge, for: network, now: now),
                puzzle.isSolved(by: solution.nonce), state.withLock({ $0.used.insert(puzzle, now: uptime) })
            else { return nil }
            return puzzle
        }
        // The request that got the puzzle counted for the network. The solution takes that back.
        if solved != nil { throttle.giveBack(.network(network)) }
        if let wait = throttle.take(.network(network)) { throw refused(.network, until: wait) }
        let waiting = waitingCount()
        let required = state.withLock { $0.required.ask(waiting: waiting, of: maximumWaiting, now: uptime) }
        guard required == 0 || solved != nil else {
            refusals.with(Limit.puzzle.rawValue).increment()
            throw puzzle(required, network)
        }
        return solved?.requiredBits ?? 0
    }

    /// Applies the limit of the purpose. A known network has a limit of its own, so that an attack from other networks does
    /// not lock the user out.
    private func take(_ purpose: Purpose, _ network: String) async throws -> SignInThrottle.Key {
        switch purpose {
        case .signUp:
            guard let wait = throttle.take(.signUps(network)) else { return .signUps(network) }
            throttle.giveBack(.network(network))
            throw refused(.signUps, until: wait)
        case .guess(let name):
            guard var wait = throttle.take(.name(name)) else { return .name(name) }
            if try await isKnown(name, network) {
                guard let longer = throttle.take(.known(name, network)) else { return .known(name, network) }
                wait = longer
            }
            throttle.giveBack(.network(network))
            throw refused(.name, until: wait)
        }
    }

    private func isBusy(_ error: any Error) -> Bool {
        if case PasswordError.busy? = error as? PasswordError { true } else { false }
    }

    /// If as many passwords wait as can, demands more effort than the caller has proved. Nil at the maximum.
    private func busy(_ effort: Int, _ network: String) -> RPCFailure? {
        refusals.with(Limit.waiting.rawValue).increment()
        guard effort < RequiredEffort.most else { return nil }
        return puzzle(max(state.withLock { $0.required.bits }, effort + 1), network)
    }

    private func refused(_ limit: Limit, until wait: Duration) -> WalletRefusal {
        refusals.with(limit.rawValue).increment()
        return .tooManyTries(retryAfter: wait)
    }

    private func puzzle(_ bits: Int, _ network: String) -> RPCFailure {
        let (puzzle, expiry) = puzzles.make(bits: bits, for: network, now: clock.now)
        var failure = RPCFailure(WalletReason.puzzleRequired)
        failure.retryAfter = Self.rest
        let detail = WalletAPI.Puzzle(challenge: puzzle.challenge, bits: UInt32(puzzle.requiredBits), expiresAt: expiry)
        if let bytes = try? detail.encoded() {
            failure.details = [Detail(type: WalletAPI.Puzzle.descriptor.name, value: bytes)]
        }
        return failure
    }
}

extension SignInGate.Arrival {
    init(of call: Call) {
        self.init(network: call.origin.network, patience: call.remaining)
    }
}
