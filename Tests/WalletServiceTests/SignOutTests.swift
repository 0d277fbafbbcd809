import Database
import Kernel
import RPC
import Service
import TestSupport
import Testing
import WalletAPI
import WalletService

@Suite struct SignOutTests {
    struct Accepts {
        @Test(arguments: Engine.available)
        func `the session of the credential, a named one, or all`(engine: Engine) async throws {
            try await TestService.with(.wallet, on: engine) { wallet in
                let first = try await wallet.signUp()
                let second = try await wallet.signIn(number: 2)
                let third = try await wallet.signIn(number: 3)
                let fourth = try await wallet.signIn(number: 4)
                _ = try await wallet.calls(first).signOut(SignOutRequest())
                await refused("SESSION_ENDED") { try await wallet.refresh(first) }
                _ = try await wallet.refresh(second)
                _ = try await wallet.calls(second).signOut(SignOutRequest(sessionID: .numbered(3)))
                await refused("SESSION_ENDED") { try await wallet.refresh(third) }
                _ = try await wallet.calls(second).signOut(SignOutRequest(all: true))
                for session in [second, fourth] { await refused("SESSION_ENDED") { try await wallet.refresh(session) } }
            }
        }

        @Test func `a credential of an ended session is valid until it expires`() async throws {
            try await TestService.with(.wallet, on: .memory) { wallet in
                let session = try await wallet.signUp()
                let calls = wallet.calls(session)
                _ = try await calls.signOut(SignOutRequest())
                _ = try await calls.showBalance(ShowBalanceRequest())
                wallet.clock.advance(by: .hours(1))
                await refused("CREDENTIAL_EXPIRED") {
                    try await wallet.calls(session).showBalance(ShowBalanceRequest())
                }
            }
        }

        @Test func `an ended session is removed a day later`() async throws {
            try await TestService.with(.wallet, on: .memory) { wallet in
                let session = try await wallet.signUp()
                _ = try await wallet.calls(session).signOut(SignOutRequest())
                func count() async throws -> Int {
                    try await wallet.instances[0].database.read { reader in
                        try reader.first("select count(*) from session") { row in try row.int(0) } ?? 0
                    }
                }
                wallet.clock.advance(by: .days(1))
                try await wallet.run("ended sessions")
                #expect(try await count() == 1)
                wallet.clock.advance(by: .milliseconds(1))
                try await wallet.run("ended sessions")
                #expect(try await count() == 0)
            }
        }
    }

    struct Refuses {
        @Test func `a session and all at once, and a credential without a session`() async throws {
            try await TestService.with(.wallet, on: .memory) { wallet in
                let session = try await wallet.signUp()
                await refused("INVALID_FIELD") {
                    try await wallet.calls(session).signOut(SignOutRequest(sessionID: .numbered(1), all: true))
                }
                await refused("NO_SESSION") { try await wallet.owner.signOut(SignOutRequest()) }
                _ = try await wallet.refresh(session)
            }
        }

        @Test func `a session of another user is not ended`() async throws {
            try await TestService.with(.wallet, on: .memory) { wallet in
                let alice = try await wallet.signUp()
                let bob = try await wallet.signUp("bob", number: 2)
                _ = try await wallet.calls(bob).signOut(SignOutRequest(sessionID: .numbered(1)))
                _ = try await wallet.calls(bob).signOut(SignOutRequest(all: true))
                _ = try await wallet.refresh(alice)
            }
        }
    }

    struct Retries {
        @Test func `a session that has ended keeps its end`() async throws {
            try await TestService.with(.wallet, on: .memory) { wallet in
                let session = try await wallet.signUp()
                for _ in 1...2 { _ = try await wallet.calls(session).signOut(SignOutRequest()) }
                _ = try await wallet.calls(session).signOut(SignOutRequest(sessionID: .numbered(77)))
            }
        }
    }

    struct Races {
        @Test(arguments: Engine.available)
        func `simultaneous ends all succeed`(engine: Engine) async throws {
            try await TestService.with(.wallet, on: engine, instances: engine.instances) { wallet in
                let session = try await wallet.signUp()
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for number in 1...6 {
                        group.addTask {
                            let calls = wallet.calls(session, instance: number % engine.instances)
                            _ = try await calls.signOut(number < 3 ? SignOutRequest(all: true) : SignOutRequest())
                        }
                    }
                    try await group.waitForAll()
                }
                await refused("SESSION_ENDED") { try await wallet.refresh(session) }
            }
        }
    }
}
