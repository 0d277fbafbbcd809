import Kernel
import RPC
import Service
import TestSupport
import Testing
import WalletAPI
import WalletService

@Suite struct RevokeDutyTests {
    struct Accepts {
        @Test(arguments: Engine.available)
        func `a revoked duty ends with the credential, and an owner leaves if another one stays`(
            engine: Engine
        ) async throws {
            try await TestService.with(.wallet, on: engine) { wallet in
                let alice = try await wallet.hire("alice", .owner, .gate, number: 1)
                _ = try await wallet.hire("bob", .owner, number: 2)
                let login = try await wallet.calls(alice).revokeDuty(RevokeDutyRequest(name: "alice", duty: .owner))
                    .login
                #expect(login.duties == [.gate])
                _ = try await wallet.calls(alice).listOperators(ListOperatorsRequest())
                #expect(try await wallet.refresh(alice).duties == [.gate])
                wallet.clock.advance(by: .minutes(5))
                await refused("CREDENTIAL_EXPIRED") {
                    try await wallet.calls(alice).listOperators(ListOperatorsRequest())
                }
            }
        }
    }

    struct Refuses {
        @Test(arguments: Engine.available)
        func `an owner without the duty, or signed out, although the credential still lives`(engine: Engine)
            async throws
        {
            try await TestService.with(.wallet, on: engine) { wallet in
                let removed = try await wallet.hire("alice", .owner, number: 1)
                let signedOut = try await wallet.hire("bob", .owner, number: 2)
                _ = try await wallet.owner.revokeDuty(RevokeDutyRequest(name: "alice", duty: .owner))
                _ = try await wallet.calls(signedOut).signOut(SignOutRequest())
                for (session, reason) in [(removed, "DUTY_MISSING"), (signedOut, "SESSION_ENDED")] {
                    let calls = wallet.calls(session)
                    await refused(reason) { try await calls.grantDuty(GrantDutyRequest(name: "alice", duty: .owner)) }
                    await refused(reason) { try await calls.revokeDuty(RevokeDutyRequest(name: "bob", duty: .owner)) }
                    await refused(reason) {
                        try await calls.resetPassword(ResetPasswordRequest(name: "bob"), wallet.options(10))
                    }
                }
                let operators = try await wallet.owner.listOperators(ListOperatorsRequest()).operators
                #expect(operators.first { $0.name == "alice" }?.duties == [])
                #expect(operators.first { $0.name == "bob" }?.duties == [.owner])
                _ = try await wallet.signIn("bob", asOperator: true)
            }
        }

        @Test(arguments: Engine.available)
        func `the last owner`(engine: Engine) async throws {
            try await TestService.with(.wallet, on: engine) { wallet in
                let alice = try await wallet.hire("alice", .owner, number: 1)
                let request = RevokeDutyRequest(name: "alice", duty: .owner)
                await refused("LAST_OWNER") { try await wallet.calls(alice).revokeDuty(request) }
                await refused("LAST_OWNER") { try await wallet.owner.revokeDuty(request) }
                #expect(try await wallet.refresh(alice).duties == [.owner])
            }
        }

        @Test func `an unknown name, and a duty that does not exist`() async throws {
            try await TestService.with(.wallet, on: .memory) { wallet in
                await refused("NAME_UNKNOWN") {
                    try await wallet.owner.revokeDuty(RevokeDutyRequest(name: "alice", duty: .sales))
                }
                await refused("INVALID_FIELD") { try await wallet.owner.revokeDuty(RevokeDutyRequest(name: "alice")) }
            }
        }
    }

    struct Retries {
        @Test func `a duty that the user does not have`() async throws {
            try await TestService.with(.wallet, on: .memory) { wallet in
                _ = try await wallet.signUp()
                for _ in 1...2 {
                    let request = RevokeDutyRequest(name: "alice", duty: .owner)
                    #expect(try await wallet.owner.revokeDuty(request).login.duties.isEmpty)
                }
            }
        }
    }

    struct Races {
        @Test(arguments: Engine.available)
        func `of two owners who remove each other, one stays`(engine: Engine) async throws {
            try await TestService.with(.wallet, on: engine, instances: engine.instances) { wallet in
                let sessions = [
                    try await wallet.hire("alice", .owner, number: 1), try await wallet.hire("bob", .owner, number: 2),
                ]
                await withTaskGroup(of: Void.self) { group in
                    for (index, other) in ["bob", "alice"].enumerated() {
                        group.addTask {
                            let calls = wallet.calls(sessions[index], instance: index % engine.instances)
                            _ = try? await calls.revokeDuty(RevokeDutyRequest(name: other, duty: .owner))
                        }
                    }
                }
                let owners = try await wallet.owner.listOperators(ListOperatorsRequest()).operators
                #expect(owners.filter { $0.duties.contains(.owner) }.count == 1)
            }
        }
    }
}
