import Identity
import Kernel
import RPC
import Telemetry
import TestSupport
import Testing
import WalletAPI
import WalletService

/// The service under load, with real passwords.
@Suite struct PuzzleTests {
    /// Runs `body` while the service demands puzzles. It demands them until the clock moves.
    private func whileCrowded(_ wallet: TestService, _ body: () async throws -> Void) async throws {
        let crowd = Task {
            await withTaskGroup(of: Void.self) { group in
                for number in 1...24 { group.addTask { _ = try? await wallet.signIn("stranger-\(number)") } }
            }
        }
        try await eventually("the service demands puzzles") {
            wallet.instances[0].metrics.prometheusText.contains("\nwallet_sign_in_puzzle_bits 12")
        }
        try await body()
        await crowd.value
    }

    @Test func `a crowd must solve puzzles to sign in, and a solved one signs in before those who wait`() async throws {
        try await TestService.with(.wallet, on: .memory) { wallet in
            _ = try await wallet.signUp()
            try await whileCrowded(wallet) {
                let failure = await refused("PUZZLE_REQUIRED") { try await wallet.signIn() }
                let puzzle = try #require(failure?.puzzle)
                let solution = PuzzleSolution(challenge: puzzle.challenge, nonce: try await puzzle.solve())
                let request = SignInRequest(name: "alice", password: TestService.password, solution: solution)
                let calls = WalletClient(wallet.client(of: nil))
                _ = try await calls.signIn(request, wallet.options(9)).session
            }
        }
    }

    @Test func `the client in another language solves the puzzle by itself`() async throws {
        try await TestService.with(.wallet, on: .memory) { wallet in
            _ = try await wallet.signUp()
            try await whileCrowded(wallet) {
                let outcome = try await onThread {
                    Command.run([
                        "\(Repository.folder)/proto/example/client.py", "\(wallet.instances[0].address)",
                        "onsale.wallet.v1.Wallet/SignIn", #"{"name": "nobody", "password": "correct horse"}"#,
                    ])
                }
                #expect(outcome.output.hasPrefix("16 NAME_OR_PASSWORD_WRONG"), "\(outcome.output)")
            }
        }
    }
}
