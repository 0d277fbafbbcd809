import RPC
import TestSupport
import Testing
import WalletAPI
import WalletService

@Suite struct CheckNameTests {
    struct Accepts {
        @Test(arguments: Engine.available)
        func `a name is free until a user signs up with it`(engine: Engine) async throws {
            try await TestService.with(.wallet, on: engine) { wallet in
                let anyone = WalletClient(wallet.client(of: nil))
                for _ in 1...2 { _ = try await anyone.checkName(CheckNameRequest(name: "alice")) }
                _ = try await wallet.signUp()
                await refused("NAME_TAKEN") { try await anyone.checkName(CheckNameRequest(name: "alice")) }
                _ = try await anyone.checkName(CheckNameRequest(name: "alice2"))
            }
        }
    }

    struct Refuses {
        @Test func `an invalid name is refused`() async throws {
            try await TestService.with(.wallet, on: .memory) { wallet in
                let anyone = WalletClient(wallet.client(of: nil))
                for name in ["", "al", "Alice", "élise", String(repeating: "a", count: 33)] {
                    let failure = await refused("INVALID_FIELD") {
                        try await anyone.checkName(CheckNameRequest(name: name))
                    }
                    #expect(failure?.violation?.field == "name")
                }
            }
        }

        @Test func `a network finds taken names no faster than by signing up`() async throws {
            try await TestService.with(.wallet, on: .memory) { wallet in
                _ = try await wallet.signUp()
                let anyone = WalletClient(wallet.client(of: nil))
                for _ in 1...50 {
                    await refused("NAME_TAKEN") { try await anyone.checkName(CheckNameRequest(name: "alice")) }
                }
                await refused("TOO_MANY_TRIES") { try await anyone.checkName(CheckNameRequest(name: "alice")) }
                await refused("TOO_MANY_TRIES") { try await wallet.signUp("bob", number: 2) }
            }
        }

        @Test func `a network finds free names no faster than by signing up`() async throws {
            try await TestService.with(.wallet, on: .memory) { wallet in
                let anyone = WalletClient(wallet.client(of: nil))
                for number in 1...200 { _ = try await anyone.checkName(CheckNameRequest(name: "user\(number)")) }
                await refused("TOO_MANY_TRIES") { try await anyone.checkName(CheckNameRequest(name: "alice")) }
                await refused("TOO_MANY_TRIES") { try await wallet.signUp() }
            }
        }
    }
}
