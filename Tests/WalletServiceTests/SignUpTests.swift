import Database
import Kernel
import RPC
import Service
import TestSupport
import Testing
import WalletAPI
import WalletService

@Suite struct SignUpTests {
    struct Accepts {
        @Test(arguments: Engine.available)
        func `signing up signs in, and each later sign-in is the same user`(engine: Engine) async throws {
            try await TestService.with(.wallet, on: engine) { wallet in
                let first = try await wallet.signUp()
                #expect(first.expiresAt == Timestamp.noon + .hours(1))
                #expect(first.userID != .numbered(1), "a user cannot choose the user id")
                for session in [first, try await wallet.signIn(), try await wallet.signUp()] {
                    #expect(session.userID == first.userID)
                    let options = CallOptions(credential: session.credential)
                    let calls = WalletClient(wallet.client(of: nil))
                    #expect(try await calls.showBalance(ShowBalanceRequest(), options).balances == [])
                }
                wallet.clock.advance(by: .hours(1))
                let late = CallOptions(credential: first.credential)
                await refused("CREDENTIAL_EXPIRED") {
                    try await WalletClient(wallet.client(of: nil)).showBalance(ShowBalanceRequest(), late)
                }
            }
        }
    }

    struct Refuses {
        @Test func `a display name that hides or turns other text is refused`() async throws {
            try await TestService.with(.wallet, on: .memory) { wallet in
                let long = String(repeating: "x", count: 81)
                let heavy = "x" + String(repeating: "\u{301}", count: 400)
                for name in ["a\u{1B}[2J", "a\nb", "\u{202E}evil", "a\u{2066}b", "a\u{2028}b", " a", "a ", long, heavy]
                {
                    let failure = await refused("INVALID_FIELD") { try await wallet.signUp(displayName: name) }
                    #expect(failure?.violation?.field == "display_name", "\(name.debugDescription)")
                }
                // Nothing was stored.
                _ = try await wallet.signUp()
            }
        }

        @Test func `an invalid name or password is refused, and so is a request without id`() async throws {
            try await TestService.with(.wallet, on: .memory) { wallet in
                let lengths = [7, 129].map { ("alice", String(repeating: "x", count: $0)) }
                for (name, password) in [("Al", TestService.password)] + lengths {
                    let failure = await refused("INVALID_FIELD") { try await wallet.signUp(name, password) }
                    #expect(failure?.message.contains(" must have ") == true)
                }
                let request = SignUpRequest(name: "alice", password: TestService.password)
                await refused("REQUEST_ID_MISSING") { try await WalletClient(wallet.client(of: nil)).signUp(request) }
            }
        }

        @Test func `a taken name is refused`() async throws {
            try await TestService.with(.wallet, on: .memory) { wallet in
                _ = try await wallet.signUp()
                await refused("NAME_TAKEN") { try await wallet.signUp(number: 9) }
            }
        }
    }

    struct Retries {
        @Test func `a repeated sign-up with another display name is refused`() async throws {
            try await TestService.with(.wallet, on: .memory) { wallet in
                let user = try await wallet.signUp(displayName: "Alice").userID
                #expect(try await wallet.signUp(displayName: "Alice").userID == user)
                await refused("NAME_TAKEN") { try await wallet.signUp(displayName: "Bob") }
            }
        }

        @Test(arguments: Engine.available)
        func `a repeated request signs the same user in`(engine: Engine) async throws {
            try await TestService.with(.wallet, on: engine) { wallet in
                let user = try await wallet.signUp().userID
                #expect(try await wallet.signUp().userID == user)
            }
        }

        @Test func `a repeated sign-up with another password is refused`() async throws {
            try await TestService.with(.wallet, on: .memory) { wallet in
                _ = try await wallet.signUp()
                await refused("NAME_TAKEN") { try await wallet.signUp("alice", "battery staple") }
            }
        }
    }

    struct Races {
        @Test(arguments: Engine.available)
        func `a name belongs to one user, also if several sign up with it at once`(engine: Engine) async throws {
            try await TestService.with(.wallet, on: engine) { wallet in
                let users = await withTaskGroup(of: UserID?.self) { group in
                    for number in 1...3 as ClosedRange<UInt64> {
                        group.addTask { try? await wallet.signUp(number: number).userID }
                    }
                    return await group.reduce(into: []) { $0 += [$1].compactMap { $0 } }
                }
                #expect(users.count == 1)
                await refused("NAME_TAKEN") { try await wallet.signUp(number: 9) }
                let session = try await wallet.signIn()
                #expect(session.userID == users.first)
            }
        }

        @Test func `a name that another user takes during the sign-up is refused`() async throws {
            try await TestService.with(.wallet, on: .postgreSQL, instances: 2) { wallet in
                _ = try await wallet.signUp("bob")
                try await HeldRows.with(wallet.instances[1].database) { tx in
                    try tx.execute(
                        """
                        insert into login (name, user_id, request_id, password, signed_up_at)
                        select 'alice', user_id, request_id, password, 0 from login where name = 'bob'
                        """)
                } while: { rows in
                    // This call has found the name free.
                    let late = Task { try await wallet.signUp("alice", number: 9) }
                    try await rows.waiting(1)
                    rows.release()
                    await refused("NAME_TAKEN") { try await late.value }
                }
            }
        }
    }
}
