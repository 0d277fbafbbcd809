import Kernel
import RPC
import Service
import TestSupport
import Testing
import WalletAPI
import WalletService

private let next = "battery staple"

private func code(_ wallet: TestService) async throws -> String {
    _ = try await wallet.signUp()
    return try await wallet.owner.resetPassword(ResetPasswordRequest(name: "alice"), wallet.options(10)).code
}

private func set(
    _ wallet: TestService, _ code: String, name: String = "alice", to password: String = next, number: UInt64 = 20,
    instance: Int = 0
) async throws {
    let request = SetPasswordRequest(name: name, code: code, newPassword: password)
    _ = try await WalletClient(wallet.client(of: nil, instance: instance)).setPassword(request, wallet.options(number))
}

@Suite struct SetPasswordTests {
    struct Accepts {
        @Test(arguments: Engine.available)
        func `the code sets a password once`(engine: Engine) async throws {
            try await TestService.with(.wallet, on: engine) { wallet in
                let code = try await code(wallet)
                try await set(wallet, code)
                _ = try await wallet.signIn("alice", next)
                await refused("NAME_OR_PASSWORD_WRONG") { try await wallet.signIn() }
                await refused("CODE_WRONG") { try await set(wallet, code, to: "another horse", number: 21) }
            }
        }
    }

    struct Refuses {
        @Test func `a wrong code, another name, and a code of yesterday`() async throws {
            try await TestService.with(.wallet, on: .memory) { wallet in
                let code = try await code(wallet)
                await refused("CODE_WRONG") { try await set(wallet, code + "A") }
                await refused("CODE_WRONG") { try await set(wallet, code, name: "bob") }
                wallet.clock.advance(by: .days(1))
                await refused("CODE_WRONG") { try await set(wallet, code) }
            }
        }

        @Test func `ten wrong codes from an unknown network, then also the right one`() async throws {
            try await TestService.with(.wallet, on: .memory) { wallet in
                let code = try await code(wallet)
                try await wallet.forgetNetworks()
                for _ in 1...10 { await refused("CODE_WRONG") { try await set(wallet, "wrong") } }
                await refused("TOO_MANY_TRIES") { try await set(wallet, code) }
            }
        }
    }

    struct Retries {
        @Test(arguments: Engine.available)
        func `a repeated request succeeds and changes nothing`(engine: Engine) async throws {
            try await TestService.with(.wallet, on: engine) { wallet in
                let code = try await code(wallet)
                for _ in 0..<2 { try await set(wallet, code) }
                _ = try await wallet.signIn("alice", next)
                await refused("REQUEST_ID_REUSED") { try await set(wallet, code, to: "another horse") }
                _ = try await wallet.signIn("alice", next)
            }
        }

        @Test(arguments: Engine.available)
        func `a late copy leaves a later password`(engine: Engine) async throws {
            try await TestService.with(.wallet, on: engine) { wallet in
                let code = try await code(wallet)
                try await set(wallet, code)
                let session = try await wallet.signIn("alice", next)
                _ = try await wallet.calls(session).changePassword(
                    ChangePasswordRequest(password: next, newPassword: "third horse"), wallet.options(21))
                try await set(wallet, code)
                _ = try await wallet.signIn("alice", "third horse")
            }
        }
    }

    struct Races {
        @Test(arguments: Engine.available)
        func `one of several requests uses the code`(engine: Engine) async throws {
            try await TestService.with(.wallet, on: engine, instances: engine.instances) { wallet in
                let code = try await code(wallet)
                let count = await withTaskGroup(of: Int.self) { group in
                    for number in 0...2 {
                        group.addTask {
                            let done: Void? = try? await set(
                                wallet, code, to: "new password \(number)", number: UInt64(20 + number),
                                instance: number % engine.instances)
                            return done == nil ? 0 : 1
                        }
                    }
                    return await group.reduce(0, +)
                }
                #expect(count == 1)
            }
        }
    }
}
