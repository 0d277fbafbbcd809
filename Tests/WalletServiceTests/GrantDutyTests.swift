import Kernel
import RPC
import Service
import TestSupport
import Testing
import WalletAPI
import WalletService

@Suite struct GrantDutyTests {
    struct Accepts {
        @Test(arguments: Engine.available)
        func `a duty comes with the next credential`(engine: Engine) async throws {
            try await TestService.with(.wallet, on: engine) { wallet in
                let session = try await wallet.hire("alice", .read, number: 1)
                let login = try await wallet.owner.grantDuty(GrantDutyRequest(name: "alice", duty: .owner)).login
                #expect(login.duties == [.owner, .read] && login.name == "alice" && login.userID == session.userID)
                await refused("DUTY_MISSING") {
                    try await wallet.calls(session).grantDuty(GrantDutyRequest(name: "alice", duty: .gate))
                }
                let next = try await wallet.refresh(session)
                let own = try await wallet.calls(next).grantDuty(GrantDutyRequest(name: "alice", duty: .gate)).login
                #expect(own.duties == [.owner, .gate, .read])
            }
        }
    }

    struct Refuses {
        @Test func `an unknown name, a duty that does not exist, and an operator who is no owner`() async throws {
            try await TestService.with(.wallet, on: .memory) { wallet in
                await refused("NAME_UNKNOWN") {
                    try await wallet.owner.grantDuty(GrantDutyRequest(name: "alice", duty: .sales))
                }
                for duty in [Duty.unspecified, .unrecognized(9)] {
                    let failure = await refused("INVALID_FIELD") {
                        try await wallet.owner.grantDuty(GrantDutyRequest(name: "alice", duty: duty))
                    }
                    #expect(failure?.message == "duty must be OWNER, SALES, GATE or READ")
                }
                let sales = WalletClient(wallet.client(of: .operator(with: .sales)))
                let failure = await refused("DUTY_MISSING") {
                    try await sales.grantDuty(GrantDutyRequest(name: "alice", duty: .sales))
                }
                #expect(failure?.message.contains("needs the duty owner, and you have sales") == true)
            }
        }
    }

    struct Retries {
        @Test(arguments: Engine.available)
        func `a duty that the user has`(engine: Engine) async throws {
            try await TestService.with(.wallet, on: engine) { wallet in
                _ = try await wallet.signUp()
                let request = GrantDutyRequest(name: "alice", duty: .gate)
                let first = try await wallet.owner.grantDuty(request)
                wallet.clock.advance(by: .seconds(1))
                #expect(try await wallet.owner.grantDuty(request) == first)
            }
        }
    }

    struct Races {
        @Test(arguments: Engine.available)
        func `simultaneous grants all count`(engine: Engine) async throws {
            try await TestService.with(.wallet, on: engine, instances: engine.instances) { wallet in
                _ = try await wallet.signUp()
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for (index, duty) in [Duty.owner, .sales, .gate, .read].enumerated() {
                        group.addTask {
                            let owner = WalletClient(wallet.client(of: .operator, instance: index % engine.instances))
                            _ = try await owner.grantDuty(GrantDutyRequest(name: "alice", duty: duty))
                        }
                    }
                    try await group.waitForAll()
                }
                #expect(try await wallet.signIn(asOperator: true).duties == [.owner, .sales, .gate, .read])
            }
        }
    }
}
