import Kernel
import RPC
import Service
import TestSupport
import Testing
import WalletAPI
import WalletService

@Suite struct ShowUserTests {
    private static let names = ["", "Zoë Müller", "山田 太郎", "محمد", "नीरज", "👩‍👧", String(repeating: "é", count: 80)]

    struct Accepts {
        @Test(arguments: Engine.available)
        func `users see themselves, with a display name of any script`(engine: Engine) async throws {
            try await TestService.with(.wallet, on: engine) { wallet in
                for (index, name) in ShowUserTests.names.enumerated() {
                    let session = try await wallet.signUp("user\(index)", displayName: name, number: UInt64(index + 1))
                    let user = try await wallet.calls(session).showUser(ShowUserRequest()).user
                    #expect(user.userID == session.userID && user.name == "user\(index)")
                    #expect(user.displayName == name)
                    #expect(user.createdAt == .noon && user.updatedAt == .noon)
                }
            }
        }

        @Test(arguments: Engine.available)
        func `operators see any user by name and by id, and when the password changed`(engine: Engine) async throws {
            try await TestService.with(.wallet, on: engine) { wallet in
                let session = try await wallet.signUp(displayName: "Alice")
                wallet.clock.advance(by: .minutes(1))
                _ = try await wallet.calls(session).changePassword(
                    ChangePasswordRequest(password: TestService.password, newPassword: "battery staple"),
                    wallet.options(2))
                for duty in [Duties.sales, .gate, .read] {
                    let calls = WalletClient(wallet.client(of: .operator(with: duty)))
                    let byName = try await calls.showUser(ShowUserRequest(name: "alice")).user
                    #expect(byName.displayName == "Alice")
                    #expect(byName.createdAt == .noon && byName.updatedAt == .noon + .minutes(1))
                    #expect(try await calls.showUser(ShowUserRequest(userID: session.userID)).user == byName)
                }
            }
        }
    }

    struct Refuses {
        @Test(arguments: Engine.available)
        func `users do not see others, and unknown users are named`(engine: Engine) async throws {
            try await TestService.with(.wallet, on: engine) { wallet in
                let alice = try await wallet.signUp()
                let bob = wallet.calls(try await wallet.signUp("bob", number: 2))
                let byName = await refused("INVALID_FIELD") { try await bob.showUser(ShowUserRequest(name: "alice")) }
                #expect(byName?.violation?.field == "name")
                let byID = await refused("INVALID_FIELD") {
                    try await bob.showUser(ShowUserRequest(userID: alice.userID))
                }
                #expect(byID?.violation?.field == "user_id")
                await refused("NAME_UNKNOWN") { try await wallet.owner.showUser(ShowUserRequest(name: "carol")) }
                await refused("USER_UNKNOWN") {
                    try await wallet.owner.showUser(ShowUserRequest(userID: .numbered(99)))
                }
                await refused("INVALID_FIELD") {
                    try await wallet.owner.showUser(ShowUserRequest(userID: alice.userID, name: "alice"))
                }
            }
        }
    }

    struct Races {
        @Test(arguments: Engine.available)
        func `a user is shown after the sign-up was answered`(engine: Engine) async throws {
            try await TestService.with(.wallet, on: engine) { wallet in
                async let signUp = wallet.signUp(displayName: "Alice")
                _ = try? await wallet.owner.showUser(ShowUserRequest(name: "alice"))
                _ = try await signUp
                #expect(try await wallet.owner.showUser(ShowUserRequest(name: "alice")).user.displayName == "Alice")
            }
        }
    }
}
