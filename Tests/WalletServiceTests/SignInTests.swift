import Kernel
import RPC
import Service
import TestSupport
import Testing
import WalletAPI
import WalletService

@Suite struct SignInTests {
    struct Accepts {
        @Test func `a correct password does not count as an attempt`() async throws {
            try await TestService.with(.wallet, on: .memory) { wallet in
                let user = try await wallet.signUp().userID
                for _ in 1...11 { #expect(try await wallet.signIn().userID == user) }
            }
        }
    }

    struct Refuses {
        @Test func `a wrong password and an unknown name get the same failure`() async throws {
            try await TestService.with(.wallet, on: .memory) { wallet in
                _ = try await wallet.signUp()
                let wrong = await refused("NAME_OR_PASSWORD_WRONG") { try await wallet.signIn("alice", "wrong horse") }
                let unknown = await refused("NAME_OR_PASSWORD_WRONG") { try await wallet.signIn("bob") }
                #expect(wrong == unknown)
            }
        }

        @Test func `a name with ten wrong passwords must wait, then can sign in`() async throws {
            try await TestService.with(.wallet, on: .memory) { wallet in
                _ = try await wallet.signUp()
                _ = try await wallet.signUp("bob", number: 2)
                for _ in 1...10 {
                    await refused("NAME_OR_PASSWORD_WRONG") { try await wallet.signIn("alice", "wrong horse") }
                }
                let failure = await refused("TOO_MANY_TRIES") { try await wallet.signIn() }
                #expect(failure?.retryAfter == .seconds(6))
                #expect(
                    try await wallet.signIn("bob").credential.isEmpty == false,
                    "the limit of one name does not affect another")
                wallet.clock.advance(by: .seconds(6))
                _ = try await wallet.signIn()
            }
        }
    }

    struct Retries {
        @Test(arguments: Engine.available)
        func `a repeated sign-in is the same user`(engine: Engine) async throws {
            try await TestService.with(.wallet, on: engine) { wallet in
                let user = try await wallet.signUp().userID
                for _ in 1...2 { #expect(try await wallet.signIn().userID == user) }
            }
        }
    }

    struct Races {
        @Test func `simultaneous sign-ins are all the same user`() async throws {
            try await TestService.with(.wallet, on: .memory) { wallet in
                let user = try await wallet.signUp().userID
                try await withThrowingTaskGroup(of: UserID.self) { group in
                    for _ in 1...3 { group.addTask { try await wallet.signIn().userID } }
                    for try await other in group { #expect(other == user) }
                }
            }
        }
    }
}
