import Kernel
import RPC
import Service
import TestSupport
import Testing
import WalletAPI
import WalletService

private let next = "battery staple"

private func change(
    _ wallet: TestService, _ session: Session, from old: String = TestService.password, to new: String = next,
    number: UInt64 = 10, instance: Int = 0
) async throws {
    let request = ChangePasswordRequest(password: old, newPassword: new)
    _ = try await wallet.calls(session, instance: instance).changePassword(request, wallet.options(number))
}

@Suite struct ChangePasswordTests {
    struct Accepts {
        @Test(arguments: Engine.available)
        func `only the new password is valid, and all other sessions have ended`(engine: Engine) async throws {
            try await TestService.with(.wallet, on: engine) { wallet in
                let other = try await wallet.signUp()
                let own = try await wallet.signIn()
                try await change(wallet, own)
                await refused("SESSION_ENDED") { try await wallet.refresh(other) }
                _ = try await wallet.refresh(own)
                await refused("NAME_OR_PASSWORD_WRONG") { try await wallet.signIn() }
                _ = try await wallet.signIn("alice", next)
            }
        }
    }

    struct Refuses {
        @Test func `a wrong password, a short one, and a request without id`() async throws {
            try await TestService.with(.wallet, on: .memory) { wallet in
                let session = try await wallet.signUp()
                await refused("PASSWORD_WRONG") { try await change(wallet, session, from: "wrong horse") }
                await refused("INVALID_FIELD") { try await change(wallet, session, to: "short") }
                await refused("REQUEST_ID_MISSING") {
                    try await wallet.calls(session).changePassword(
                        ChangePasswordRequest(password: TestService.password, newPassword: next))
                }
                _ = try await wallet.signIn()
            }
        }

        @Test func `ten wrong passwords from an unknown network, then also the right one`() async throws {
            try await TestService.with(.wallet, on: .memory) { wallet in
                let session = try await wallet.signUp()
                try await wallet.forgetNetworks()
                for number in 1...10 as ClosedRange<UInt64> {
                    await refused("PASSWORD_WRONG") { try await change(wallet, session, from: "wrong", number: number) }
                }
                await refused("TOO_MANY_TRIES") { try await change(wallet, session) }
            }
        }
    }

    struct Retries {
        @Test(arguments: Engine.available)
        func `a repeated request succeeds, and one with another password is refused`(engine: Engine) async throws {
            try await TestService.with(.wallet, on: engine) { wallet in
                let session = try await wallet.signUp()
                for _ in 1...2 { try await change(wallet, session) }
                await refused("REQUEST_ID_REUSED") { try await change(wallet, session, to: "another horse") }
                _ = try await wallet.signIn("alice", next)
            }
        }
    }

    struct Races {
        @Test(arguments: Engine.available)
        func `a sign-in that checks the old password meanwhile leaves no session`(engine: Engine) async throws {
            try await TestService.with(.wallet, on: engine, instances: engine.instances) { wallet in
                let own = try await wallet.signUp()
                let sessions = try await withThrowingTaskGroup(of: Session?.self) { group in
                    for number in 1...8 {
                        group.addTask {
                            let calls = WalletClient(wallet.client(of: nil, instance: number % engine.instances))
                            let request = SignInRequest(name: "alice", password: TestService.password)
                            return try? await calls.signIn(request, wallet.options(UInt64(100 + number))).session
                        }
                    }
                    group.addTask {
                        try await change(wallet, own)
                        return nil
                    }
                    return try await group.reduce(into: []) { $0 += [$1].compactMap(\.self) }
                }
                for session in sessions { await refused("SESSION_ENDED") { try await wallet.refresh(session) } }
                _ = try await wallet.refresh(own)
            }
        }

        @Test(arguments: Engine.available)
        func `one of two simultaneous changes wins`(engine: Engine) async throws {
            try await TestService.with(.wallet, on: engine, instances: engine.instances) { wallet in
                let session = try await wallet.signUp()
                let winners = await withTaskGroup(of: Int?.self) { group in
                    for number in 0...1 {
                        group.addTask {
                            try? await change(
                                wallet, session, to: "new password \(number)", number: UInt64(10 + number),
                                instance: number % engine.instances)
                            return (try? await wallet.signIn("alice", "new password \(number)")).map { _ in number }
                        }
                    }
                    return await group.reduce(into: []) { $0 += [$1].compactMap { $0 } }
                }
                #expect(winners.count == 1)
            }
        }
    }
}
