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
        func `a sign-in that checks the old password meanwhile leaves no session`(engine: Engine) async throws {
            try await TestService.with(.wallet, on: engine, instances: engine.instances) { wallet in
                _ = try await wallet.signUp()
                for round in 1...3 as ClosedRange<UInt64> {
                    let sessions = try await withThrowingTaskGroup(of: Session?.self) { group in
                        for number in 1...4 {
                            group.addTask {
                                let calls = WalletClient(wallet.client(of: nil, instance: number % engine.instances))
                                let request = SignInRequest(name: "alice", password: TestService.password)
                                return try? await calls.signIn(request, wallet.options(round * 100 + UInt64(number)))
                                    .session
                            }
                        }
                        group.addTask {
                            let request = ResetPasswordRequest(name: "alice")
                            _ = try await wallet.owner.resetPassword(request, wallet.options(10 + round))
                            return nil
                        }
                        return try await group.reduce(into: []) { $0 += [$1].compactMap(\.self) }
                    }
                    for session in sessions { await refused("SESSION_ENDED") { try await wallet.refresh(session) } }
                    let again = try await wallet.owner.resetPassword(
                        ResetPasswordRequest(name: "alice"), wallet.options(10 + round))
                    _ = try await WalletClient(wallet.client(of: nil)).setPassword(
                        SetPasswordRequest(name: "alice", code: again.code, newPassword: TestService.password),
                        wallet.options(20 + round))
                    wallet.clock.advance(by: .minutes(1))
                }
                _ = try await wallet.signIn()
            }
        }

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
