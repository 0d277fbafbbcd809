import Kernel
import RPC
import Service
import TestSupport
import Testing
import WalletAPI
import WalletService

@Suite struct ListSessionsTests {
    struct Accepts {
        @Test(arguments: Engine.available)
        func `the caller's sessions, the latest used first`(engine: Engine) async throws {
            try await TestService.with(.wallet, on: engine) { wallet in
                let first = try await wallet.signUp()
                _ = try await wallet.signUp("bob", number: 2)
                wallet.clock.advance(by: .minutes(1))
                _ = try await wallet.signIn(number: 3)
                let list = try await wallet.calls(first).listSessions(ListSessionsRequest()).sessions
                #expect(list.map(\.sessionID) == [.numbered(3), .numbered(1)])
                #expect(list.map(\.isCurrent) == [false, true] && list.allSatisfy { !$0.isOperator })
                #expect(list.map(\.beganAt) == [.noon + .minutes(1), .noon])
                #expect(list.allSatisfy { $0.address == "127.0.0.1" && $0.endsAt == $0.usedAt + .days(30) })
            }
        }

        @Test func `an operator sees the sessions of both roles`() async throws {
            try await TestService.with(.wallet, on: .memory) { wallet in
                let session = try await wallet.hire("alice", .gate, number: 1)
                let list = try await wallet.calls(session).listSessions(ListSessionsRequest()).sessions
                #expect(Set(list.map(\.isOperator)) == [true, false])
            }
        }
    }

    struct Refuses {
        @Test func `a caller without a credential`() async throws {
            try await TestService.with(.wallet, on: .memory) { wallet in
                let anyone = WalletClient(wallet.client(of: nil))
                await refused("CREDENTIAL_MISSING") { try await anyone.listSessions(ListSessionsRequest()) }
            }
        }
    }

    struct Retries {
        @Test func `a repeated call gets the same list`() async throws {
            try await TestService.with(.wallet, on: .memory) { wallet in
                let calls = wallet.calls(try await wallet.signUp())
                let list = try await calls.listSessions(ListSessionsRequest())
                #expect(try await calls.listSessions(ListSessionsRequest()) == list)
            }
        }
    }

    struct Races {
        @Test(arguments: Engine.available)
        func `a session is listed until it has ended`(engine: Engine) async throws {
            try await TestService.with(.wallet, on: engine) { wallet in
                let session = try await wallet.signUp()
                let calls = wallet.calls(session)
                async let end = calls.signOut(SignOutRequest())
                _ = try await calls.listSessions(ListSessionsRequest())
                _ = try await end
                #expect(try await calls.listSessions(ListSessionsRequest()).sessions.isEmpty)
            }
        }
    }
}
