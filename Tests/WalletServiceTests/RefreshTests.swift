import Kernel
import RPC
import Service
import TestSupport
import Testing
import WalletAPI
import WalletService

@Suite struct RefreshTests {
    struct Accepts {
        @Test(arguments: Engine.available)
        func `a session gives the next credential, with the same secret`(engine: Engine) async throws {
            try await TestService.with(.wallet, on: engine) { wallet in
                let first = try await wallet.signUp()
                #expect(first.refreshAt == Timestamp.noon + .minutes(30))
                wallet.clock.advance(by: .hours(1))
                let second = try await wallet.refresh(first)
                #expect(second.secret == first.secret && second.userID == first.userID)
                #expect(second.expiresAt == first.expiresAt + .hours(1))
                _ = try await wallet.calls(second).showBalance(ShowBalanceRequest())
                await refused("CREDENTIAL_EXPIRED") {
                    try await wallet.calls(first).showBalance(ShowBalanceRequest())
                }
            }
        }

        @Test(arguments: Engine.available)
        func `a session of a user lives while it is used every month`(engine: Engine) async throws {
            try await TestService.with(.wallet, on: engine) { wallet in
                let session = try await wallet.signUp()
                for _ in 1...3 {
                    wallet.clock.advance(by: .days(29))
                    _ = try await wallet.refresh(session)
                }
                wallet.clock.advance(by: .days(30))
                await refused("SESSION_ENDED") { try await wallet.refresh(session) }
            }
        }

        @Test func `a use is stored once an hour`() async throws {
            try await TestService.with(.wallet, on: .memory) { wallet in
                let session = try await wallet.signUp()
                func usedAt() async throws -> Timestamp? {
                    try await wallet.calls(try await wallet.refresh(session)).listSessions(ListSessionsRequest())
                        .sessions.first?.usedAt
                }
                wallet.clock.advance(by: .minutes(59))
                #expect(try await usedAt() == .noon)
                wallet.clock.advance(by: .minutes(1))
                #expect(try await usedAt() == .noon + .hours(1))
            }
        }
    }

    struct Refuses {
        @Test func `bytes that are not a secret, and a wrong secret`() async throws {
            try await TestService.with(.wallet, on: .memory) { wallet in
                var session = try await wallet.signUp()
                let secret = session.secret
                session.secret = Array(secret.dropLast())
                await refused("INVALID_FIELD") { try await wallet.refresh(session) }
                for index in [0, 16, 32, 63] {
                    session.secret = secret
                    session.secret[index] ^= 1
                    await refused("SESSION_ENDED") { try await wallet.refresh(session) }
                }
            }
        }

        @Test(arguments: Engine.available)
        func `an operator's session after twelve hours, and after the last duty is revoked`(engine: Engine) async throws
        {
            try await TestService.with(.wallet, on: engine) { wallet in
                let session = try await wallet.hire("alice", .sales, .read, number: 1)
                _ = try await wallet.owner.revokeDuty(RevokeDutyRequest(name: "alice", duty: .sales))
                #expect(try await wallet.refresh(session).duties == [.read])
                _ = try await wallet.owner.revokeDuty(RevokeDutyRequest(name: "alice", duty: .read))
                await refused("NO_DUTY") { try await wallet.refresh(session) }
                _ = try await wallet.owner.grantDuty(GrantDutyRequest(name: "alice", duty: .gate))
                wallet.clock.advance(by: .hours(12) - .minutes(1))
                let last = try await wallet.refresh(session)
                #expect(last.expiresAt == session.endsAt, "a credential does not outlive its session")
                wallet.clock.advance(by: .minutes(1))
                await refused("SESSION_ENDED") { try await wallet.refresh(session) }
            }
        }
    }

    struct Retries {
        @Test func `a repeated refresh gets the same answer`() async throws {
            try await TestService.with(.wallet, on: .memory) { wallet in
                let session = try await wallet.signUp()
                wallet.clock.advance(by: .hours(2))
                let next = try await wallet.refresh(session)
                #expect(try await wallet.refresh(session) == next)
            }
        }
    }

    struct Races {
        @Test(arguments: Engine.available)
        func `a session that ends during refreshes stays ended`(engine: Engine) async throws {
            try await TestService.with(.wallet, on: engine, instances: engine.instances) { wallet in
                let session = try await wallet.signUp()
                wallet.clock.advance(by: .minutes(59))
                let current = try await wallet.refresh(session)
                wallet.clock.advance(by: .minutes(1))
                await withTaskGroup(of: Void.self) { group in
                    for _ in 1...8 { group.addTask { _ = try? await wallet.refresh(session) } }
                    group.addTask { _ = try? await wallet.calls(current).signOut(SignOutRequest()) }
                }
                await refused("SESSION_ENDED") { try await wallet.refresh(session) }
            }
        }
    }
}
