import Database
import Kernel
import RPC
import Service
import TestSupport
import Testing
import WalletAPI
import WalletService

@Suite struct UserTests {
    private static let password = "correct horse"
    /// A password hash takes 0.1 s of an idle core, and much longer on a busy machine.
    private static let patience = Duration.minutes(1)

    private func signUp(
        _ wallet: TestService, _ name: String = "alice", _ password: String = password, number: UInt64 = 1
    ) async throws -> Session {
        let request = SignUpRequest(name: name, password: password)
        let options = CallOptions(timeout: Self.patience, requestID: .numbered(number))
        return try await WalletClient(wallet.client(of: nil)).signUp(request, options).session!
    }

    private func signIn(
        _ wallet: TestService, _ name: String = "alice", _ password: String = password
    ) async throws -> Session {
        let request = SignInRequest(name: name, password: password)
        let options = CallOptions(timeout: Self.patience)
        return try await WalletClient(wallet.client(of: nil)).signIn(request, options).session!
    }

    @Test(arguments: Engine.available)
    func `signing up signs in, and each later sign-in is the same user`(engine: Engine) async throws {
        try await TestService.with(.wallet, on: engine) { wallet in
            let first = try await signUp(wallet)
            #expect(first.expiresAtMs == UInt64((Timestamp.noon + .hours(12)).milliseconds))
            #expect(first.userID != RequestID.numbered(1).bytes, "a user cannot choose the user id")
            for session in [first, try await signIn(wallet), try await signUp(wallet)] {
                #expect(session.userID == first.userID)
                let options = CallOptions(credential: session.credential)
                let calls = WalletClient(wallet.client(of: nil))
                #expect(try await calls.showBalance(ShowBalanceRequest(), options).balances == [])
            }
            wallet.clock.advance(by: .hours(12))
            let late = CallOptions(credential: first.credential)
            await refused("CREDENTIAL_EXPIRED") {
                try await WalletClient(wallet.client(of: nil)).showBalance(ShowBalanceRequest(), late)
            }
        }
    }

    @Test(arguments: Engine.available)
    func `a name belongs to one user, also if several sign up with it at once`(engine: Engine) async throws {
        try await TestService.with(.wallet, on: engine) { wallet in
            let users = await withTaskGroup(of: [UInt8]?.self) { group in
                for number in 1...3 as ClosedRange<UInt64> {
                    group.addTask { try? await signUp(wallet, number: number).userID }
                }
                return await group.reduce(into: []) { $0 += [$1].compactMap { $0 } }
            }
            #expect(users.count == 1)
            await refused("NAME_TAKEN") { try await signUp(wallet, number: 9) }
            let session = try await signIn(wallet)
            #expect(session.userID == users.first)
        }
    }

    @Test func `a name that another user takes during the sign-up is refused`() async throws {
        try await TestService.with(.wallet, on: .postgreSQL, instances: 2) { wallet in
            _ = try await signUp(wallet, "bob")
            try await HeldRows.with(wallet.instances[1].database) { tx in
                try tx.execute(
                    """
                    insert into login (name, user_id, request_id, password, signed_up_at)
                    select 'alice', user_id, request_id, password, 0 from login where name = 'bob'
                    """)
            } while: { rows in
                // This call has found the name free.
                let late = Task { try await signUp(wallet, "alice", number: 9) }
                try await rows.waiting(1)
                rows.release()
                await refused("NAME_TAKEN") { try await late.value }
            }
        }
    }

    @Test func `a correct password does not count as an attempt`() async throws {
        try await TestService.with(.wallet, on: .memory) { wallet in
            let user = try await signUp(wallet).userID
            for _ in 1...11 { #expect(try await signIn(wallet).userID == user) }
        }
    }

    @Test func `a repeated sign-up with another password is refused`() async throws {
        try await TestService.with(.wallet, on: .memory) { wallet in
            _ = try await signUp(wallet)
            await refused("NAME_TAKEN") { try await signUp(wallet, "alice", "battery staple") }
        }
    }

    @Test func `a wrong password and an unknown name get the same failure`() async throws {
        try await TestService.with(.wallet, on: .memory) { wallet in
            _ = try await signUp(wallet)
            let wrong = await refused("NAME_OR_PASSWORD_WRONG") { try await signIn(wallet, "alice", "wrong horse") }
            let unknown = await refused("NAME_OR_PASSWORD_WRONG") { try await signIn(wallet, "bob") }
            #expect(wrong == unknown)
        }
    }

    @Test func `invalid names and passwords are refused with the rule`() async throws {
        try await TestService.with(.wallet, on: .memory) { wallet in
            for (name, password) in [("Al", Self.password), ("alice", "short")] {
                let failure = await refused("INVALID_FIELD") { try await signUp(wallet, name, password) }
                #expect(failure?.message.contains("allowed is") == true)
            }
            let request = SignUpRequest(name: "alice", password: Self.password)
            await refused("REQUEST_ID_MISSING") { try await WalletClient(wallet.client(of: nil)).signUp(request) }
        }
    }

    @Test func `a name with ten wrong passwords must wait, then can sign in`() async throws {
        try await TestService.with(.wallet, on: .memory) { wallet in
            _ = try await signUp(wallet)
            _ = try await signUp(wallet, "bob", number: 2)
            for _ in 1...10 {
                await refused("NAME_OR_PASSWORD_WRONG") { try await signIn(wallet, "alice", "wrong horse") }
            }
            let failure = await refused("TOO_MANY_TRIES") { try await signIn(wallet) }
            #expect(failure?.retryAfter == .seconds(6))
            #expect(
                try await signIn(wallet, "bob").credential.isEmpty == false,
                "the limit of one name does not affect another")
            wallet.clock.advance(by: .seconds(6))
            _ = try await signIn(wallet)
        }
    }
}
