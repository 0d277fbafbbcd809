import Kernel
import RPC
import Service
import TestSupport
import Testing
import WalletAPI
import WalletService

@Suite struct ListOperatorsTests {
    struct Accepts {
        @Test(arguments: Engine.available)
        func `present and former operators, page by page`(engine: Engine) async throws {
            try await TestService.with(.wallet, on: engine) { wallet in
                let names = ["alice", "bob", "carol"]
                for (index, name) in names.enumerated() {
                    wallet.clock.advance(by: .milliseconds(1))
                    _ = try await wallet.signUp(name, number: UInt64(index + 1))
                    _ = try await wallet.owner.grantDuty(GrantDutyRequest(name: name, duty: .gate))
                }
                _ = try await wallet.owner.revokeDuty(RevokeDutyRequest(name: "bob", duty: .gate))
                let calls = WalletClient(wallet.client(of: .operator(with: .read)))
                let first = try await calls.listOperators(ListOperatorsRequest(pageSize: 2))
                #expect(first.operators.map(\.name) == ["alice", "bob"] && first.hasMore)
                #expect(first.operators.map(\.duties) == [[.gate], []])
                let rest = try await calls.listOperators(
                    ListOperatorsRequest(afterUserID: first.operators[1].userID, pageSize: 2))
                #expect(rest.operators.map(\.name) == ["carol"] && !rest.hasMore)
            }
        }
    }

    struct Refuses {
        @Test func `a page of 501, and an operator who only sells`() async throws {
            try await TestService.with(.wallet, on: .memory) { wallet in
                await refused("INVALID_FIELD") {
                    try await wallet.owner.listOperators(ListOperatorsRequest(pageSize: 501))
                }
                await refused("DUTY_MISSING") {
                    try await WalletClient(wallet.client(of: .operator(with: .sales)))
                        .listOperators(ListOperatorsRequest())
                }
            }
        }
    }

    struct Retries {
        @Test func `a repeated call gets the same list`() async throws {
            try await TestService.with(.wallet, on: .memory) { wallet in
                let list = try await wallet.owner.listOperators(ListOperatorsRequest())
                #expect(list.operators.isEmpty)
                #expect(try await wallet.owner.listOperators(ListOperatorsRequest()) == list)
            }
        }
    }

    struct Races {
        @Test(arguments: Engine.available)
        func `a grant is listed after it was answered`(engine: Engine) async throws {
            try await TestService.with(.wallet, on: engine) { wallet in
                _ = try await wallet.signUp()
                async let grant = wallet.owner.grantDuty(GrantDutyRequest(name: "alice", duty: .read))
                _ = try await wallet.owner.listOperators(ListOperatorsRequest())
                _ = try await grant
                #expect(try await wallet.owner.listOperators(ListOperatorsRequest()).operators.map(\.name) == ["alice"])
            }
        }
    }
}
