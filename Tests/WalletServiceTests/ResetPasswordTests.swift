import Kernel
import RPC
import Service
import TestSupport
import Testing
import WalletAPI
import WalletService

@Suite struct ResetPasswordTests {
    struct Accepts {
        @Test(arguments: Engine.available)
        func `the password and all sessions end, and the reply has a code for a day`(engine: Engine) async throws {
            try await TestService.with(.wallet, on: engine) { wallet in
                let session = try await wallet.signUp()
                let reply = try await wallet.owner.resetPassword(
                    ResetPasswordRequest(name: "alice"), wallet.options(10))
                #expect(reply.code.count == 23 && reply.expiresAt == .noon + .days(1))
                await refused("SESSION_ENDED") { try await wallet.refresh(session) }
                await refused("NAME_OR_PASSWORD_WRONG") { try await wallet.signIn() }
                await refused("NAME_TAKEN") { try await wallet.signUp() }
                await refused("PASSWORD_WRONG") {
                    try await wallet.calls(session).changePassword(
                        ChangePasswordRequest(password: TestService.password, newPassword: "battery staple"),
                        wallet.options(11))
                }
            }
        }
    }

    struct Refuses {
        @Test func `an unknown name, and an operator who is no owner`() async throws {
            try await TestService.with(.wallet, on: .memory) { wallet in
                await refused("NAME_UNKNOWN") {
                    try await wallet.owner.resetPassword(ResetPasswordRequest(name: "alice"), wallet.options(10))
                }
                let sales = WalletClient(wallet.client(of: .operator(with: [.sales, .gate, .read])))
                await refused("DUTY_MISSING") {
                    try await sales.resetPassword(ResetPasswordRequest(name: "alice"), wallet.options(10))
                }
            }
        }
    }

    struct Retries {
        @Test(arguments: Engine.available)
        func `a repeated request gets the same code, and the next one another`(engine: Engine) async throws {
            try await TestService.with(.wallet, on: engine) { wallet in
                _ = try await wallet.signUp()
                let request = ResetPasswordRequest(name: "alice")
                let first = try await wallet.owner.resetPassword(request, wallet.options(10))
                #expect(try await wallet.owner.resetPassword(request, wallet.options(10)) == first)
                let second = try await wallet.owner.resetPassword(request, wallet.options(11))
                #expect(second.code != first.code)
                await refused("CODE_WRONG") {
                    try await WalletClient(wallet.client(of: nil)).setPassword(
                        SetPasswordRequest(name: "alice", code: first.code, newPassword: "battery staple"),
                        wallet.options(12))
                }
            }
        }
    }

    struct Races {
        @Test(arguments: Engine.available)
        func `one of several codes works`(engine: Engine) async throws {
            try await TestService.with(.wallet, on: engine, instances: engine.instances) { wallet in
                _ = try await wallet.signUp()
                let codes = try await withThrowingTaskGroup(of: String.self) { group in
                    for number in 10...13 as ClosedRange<UInt64> {
                        group.addTask {
                            let calls = WalletClient(
                                wallet.client(of: .operator, instance: Int(number) % engine.instances))
                            return try await calls.resetPassword(
                                ResetPasswordRequest(name: "alice"), wallet.options(number)
                            ).code
                        }
                    }
                    return try await group.reduce(into: []) { $0.append($1) }
                }
                var works = 0
                for (index, code) in codes.enumerated() {
                    let request = SetPasswordRequest(name: "alice", code: code, newPassword: "battery staple")
                    let calls = WalletClient(wallet.client(of: nil))
                    if (try? await calls.setPassword(request, wallet.options(UInt64(20 + index)))) != nil { works += 1 }
                }
                #expect(works == 1)
            }
        }
    }
}
