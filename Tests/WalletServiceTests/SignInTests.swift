import Database
import Identity
import Kernel
import RPC
import Service
import TestSupport
import Testing
import WalletAPI
import WalletDomain

@testable import WalletService

@Suite struct SignInTests {
    struct Accepts {
        @Test func `a correct password does not count as an attempt`() async throws {
            try await TestService.with(.wallet, on: .memory) { wallet in
                let user = try await wallet.signUp().userID
                for _ in 1...11 { #expect(try await wallet.signIn().userID == user) }
            }
        }

        @Test(arguments: Engine.available)
        func `a user with a duty signs in as an operator for five minutes`(engine: Engine) async throws {
            try await TestService.with(.wallet, on: engine) { wallet in
                let session = try await wallet.hire("alice", .read, .gate, number: 1)
                #expect(session.duties == [.gate, .read])
                #expect(session.expiresAt == Timestamp.noon + .minutes(5))
                #expect(session.refreshAt == Timestamp.noon + .seconds(150))
                _ = try await wallet.calls(session).listHalted(ListHaltedRequest())
                await refused("DUTY_MISSING") {
                    try await wallet.calls(session).liftHalt(LiftHaltRequest(concertID: .numbered(1)))
                }
                let user = try await wallet.signIn()
                #expect(user.duties.isEmpty && user.userID == session.userID)
                await refused("ROLE_NOT_ALLOWED") { try await wallet.calls(user).listHalted(ListHaltedRequest()) }
            }
        }

        /// Zeros stand for “no session” in a credential, which an operator has only from the key file.
        @Test func `a request id of zeros does not become the id of a session`() async throws {
            try await TestService.with(.wallet, on: .memory) { wallet in
                _ = try await wallet.signUp()
                let session = try await WalletClient(wallet.client(of: nil)).signIn(
                    SignInRequest(name: "alice", password: TestService.password),
                    CallOptions(requestID: RequestID(high: 0, low: 0))
                ).session
                let sessions = try await wallet.calls(session).listSessions(ListSessionsRequest()).sessions
                #expect(sessions.contains { $0.isCurrent })
            }
        }

        @Test func `a name under attack signs in from a network that another instance knows`() async throws {
            try await TestService.with(.wallet, on: .postgreSQL, instances: 2) { wallet in
                _ = try await wallet.signUp()
                for _ in 1...10 {
                    await refused("NAME_OR_PASSWORD_WRONG") { try await wallet.signIn("alice", "wrong", instance: 1) }
                }
                _ = try await wallet.signIn(instance: 1)
            }
        }

        @Test(arguments: Engine.available)
        func `sixteen networks of a user are known, the latest ones`(engine: Engine) async throws {
            try await TestService.with(.wallet, on: engine) { wallet in
                let user = UserID.numbered(1)
                let networks = (1...17).map { "10.0.0.\($0)" }
                for network in networks + [networks[2]] {
                    wallet.clock.advance(by: .seconds(1))
                    try await wallet.instances[0].database.transaction { tx in
                        try KnownNetworkTable.note(network, of: user, tx)
                    }
                }
                let known = try await wallet.instances[0].database.read { reader in
                    try networks.filter { try KnownNetworkTable.contains($0, of: user, reader) }
                }
                #expect(known == Array(networks.dropFirst()))
                let others = try await wallet.instances[0].database.read { reader in
                    try networks.filter { try KnownNetworkTable.contains($0, of: .numbered(2), reader) }
                }
                #expect(others.isEmpty)
            }
        }

        @Test func `the fifty-first session ends the one that was unused for longest`() async throws {
            try await TestService.with(.wallet, on: .memory) { wallet in
                var sessions = [try await wallet.signUp()]
                // Each sign-in costs a password hash, so the others are stored directly.
                let user = sessions[0].userID
                try await wallet.instances[0].database.transaction { tx in
                    for number in 2...50 {
                        let session = UserSession(
                            .numbered(UInt64(number)), of: user, named: try UserName("alice"), .user, from: "127.0.0.1",
                            now: tx.now + .milliseconds(number))
                        _ = try SessionTable.insert(session, secret: Digest(of: []), tx)
                    }
                }
                wallet.clock.advance(by: .seconds(1))
                sessions.append(try await wallet.signIn(number: 51))
                await refused("SESSION_ENDED") { try await wallet.refresh(sessions[0]) }
                _ = try await wallet.refresh(sessions[1])
                let list = try await wallet.calls(sessions[1]).listSessions(ListSessionsRequest()).sessions
                #expect(list.count == 50 && list.first?.isCurrent == true)
            }
        }
    }

    struct Refuses {
        @Test func `a user without a duty who signs in as an operator`() async throws {
            try await TestService.with(.wallet, on: .memory) { wallet in
                _ = try await wallet.signUp()
                await refused("NO_DUTY") { try await wallet.signIn(asOperator: true) }
                await refused("NAME_OR_PASSWORD_WRONG") { try await wallet.signIn("alice", "wrong", asOperator: true) }
            }
        }

        @Test func `a wrong password and an unknown name get the same failure`() async throws {
            try await TestService.with(.wallet, on: .memory) { wallet in
                _ = try await wallet.signUp()
                let wrong = await refused("NAME_OR_PASSWORD_WRONG") { try await wallet.signIn("alice", "wrong horse") }
                let unknown = await refused("NAME_OR_PASSWORD_WRONG") { try await wallet.signIn("bob") }
                #expect(wrong == unknown)
            }
        }

        @Test func `a name with ten wrong passwords must wait at an unknown network, then can sign in`() async throws {
            try await TestService.with(.wallet, on: .memory) { wallet in
                _ = try await wallet.signUp()
                _ = try await wallet.signUp("bob", number: 2)
                for _ in 1...10 {
                    await refused("NAME_OR_PASSWORD_WRONG") { try await wallet.signIn("alice", "wrong horse") }
                }
                _ = try await wallet.signIn()
                try await wallet.forgetNetworks()
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

        @Test(arguments: Engine.available)
        func `a repeated request gets the same session, until it ends`(engine: Engine) async throws {
            try await TestService.with(.wallet, on: engine) { wallet in
                _ = try await wallet.signUp()
                let session = try await wallet.signIn(number: 2)
                #expect(try await wallet.signIn(number: 2) == session)
                #expect(try await wallet.signIn(number: 3).secret != session.secret)
                _ = try await wallet.calls(session).signOut(SignOutRequest())
                await refused("REQUEST_ID_REUSED") { try await wallet.signIn(number: 2) }
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
