import Kernel
import RPC
import Service
import TestSupport
import Testing
import WalletAPI
import WalletService

@Suite struct FindUsersTests {
    struct Accepts {
        @Test(arguments: Engine.available)
        func `users are found by the beginning of their names, page by page`(engine: Engine) async throws {
            try await TestService.with(.wallet, on: engine) { wallet in
                // A locale would sort some of these in another order.
                let names = ["al-b", "al.a", "al_c", "ala", "alz", "am0", "bob"]
                for (index, name) in names.reversed().enumerated() {
                    _ = try await wallet.signUp(name, displayName: "D \(name)", number: UInt64(index + 1))
                }
                var found: [String] = []
                var request = FindUsersRequest(namePrefix: "al", pageSize: 2)
                while true {
                    let page = try await wallet.owner.findUsers(request)
                    #expect(page.users.allSatisfy { $0.displayName == "D \($0.name)" })
                    found += page.users.map(\.name)
                    guard page.hasMore, let last = page.users.last else { break }
                    request.afterName = last.name
                }
                #expect(found == ["al-b", "al.a", "al_c", "ala", "alz"])
                let all = try await wallet.owner.findUsers(FindUsersRequest())
                #expect(all.users.map(\.name) == names && !all.hasMore)
            }
        }

        @Test(arguments: Engine.available)
        func `users are found by their ids, without those who do not exist`(engine: Engine) async throws {
            try await TestService.with(.wallet, on: engine) { wallet in
                let alice = try await wallet.signUp().userID
                let bob = try await wallet.signUp("bob", number: 2).userID
                let keys = [alice, .numbered(77), bob, alice].map { UserKey(userID: $0) }
                let found = try await wallet.owner.findUsers(FindUsersRequest(users: keys)).users
                #expect(Set(found.map(\.name)) == ["alice", "bob"] && found.count == 2)
            }
        }
    }

    struct Refuses {
        @Test func `101 ids, ids with a prefix, a page of 101, and users are refused`() async throws {
            try await TestService.with(.wallet, on: .memory) { wallet in
                let keys = (1...101).map { UserKey(userID: .numbered($0)) }
                _ = try await wallet.owner.findUsers(FindUsersRequest(users: Array(keys.dropLast())))
                for request in [
                    FindUsersRequest(users: keys), FindUsersRequest(namePrefix: "a", users: [keys[0]]),
                    FindUsersRequest(pageSize: 101),
                ] { await refused("INVALID_FIELD") { try await wallet.owner.findUsers(request) } }
                let alice = wallet.calls(try await wallet.signUp())
                let failure = await #expect(throws: RPCFailure.self) {
                    try await alice.findUsers(FindUsersRequest())
                }
                #expect(failure?.code == .permissionDenied)
            }
        }
    }
}
