import Kernel
import RPC
import Service
import TestSupport
import Testing
import WalletAPI
import WalletService

private let byUsers = ["--top-up-by", "user"]

private func topUp(
    _ amount: UInt64, _ wallet: TestService, by caller: TestCaller = .alice, currency: String = "EUR",
    name: String = "", number: UInt64 = 1, instance: Int = 0
) async throws -> Balance {
    let request = TopUpRequest(amount: amount, currency: currency, name: name)
    return try await WalletClient(wallet.client(of: caller, instance: instance)).topUp(
        request, CallOptions(requestID: .numbered(number))
    ).balance
}

@Suite struct TopUpTests {
    struct Accepts {
        @Test(arguments: Engine.available)
        func `each currency is topped up separately`(engine: Engine) async throws {
            try await TestService.with(.wallet, on: engine, arguments: byUsers) { wallet in
                #expect(
                    try await topUp(500, wallet)
                        == Balance(currency: "EUR", available: 500, pending: 0, createdAt: .noon, updatedAt: .noon))
                #expect(try await topUp(250, wallet, number: 2).available == 750)
                #expect(try await topUp(100, wallet, currency: "usd", number: 3).currency == "USD")
                let balances = try await WalletClient(wallet.client(of: .alice)).showBalance(ShowBalanceRequest())
                    .balances
                #expect(balances.map(\.currency) == ["EUR", "USD"] && balances.map(\.available) == [750, 100])
            }
        }

        @Test(arguments: Engine.available)
        func `an operator tops up the wallet of a name`(engine: Engine) async throws {
            try await TestService.with(.wallet, on: engine) { wallet in
                let session = try await wallet.signUp()
                let calls = WalletClient(wallet.client(of: nil))
                #expect(try await topUp(500, wallet, by: .operator, name: "alice", number: 2).available == 500)
                let options = CallOptions(credential: session.credential)
                #expect(try await calls.showBalance(ShowBalanceRequest(), options).balances.map(\.available) == [500])
            }
        }

        @Test(arguments: Engine.available)
        func `the first top-up may reach the limit of a balance, but not exceed it`(engine: Engine) async throws {
            let arguments = ["--top-up-by", "user", "--max-top-up", "3000", "--max-balance", "2500"]
            try await TestService.with(.wallet, on: engine, arguments: arguments) { wallet in
                await refused("BALANCE_LIMIT") { try await topUp(2501, wallet, number: 1) }
                let balance = try await topUp(2500, wallet, number: 2)
                #expect(balance.available == 2500)
            }
        }
    }

    struct Refuses {
        @Test(arguments: Engine.available)
        func `an amount out of range is refused, and so is a balance one cent above the limit`(engine: Engine)
            async throws
        {
            let arguments = byUsers + ["--max-top-up", "1000", "--max-balance", "2500"]
            try await TestService.with(.wallet, on: engine, arguments: arguments) { wallet in
                for amount in [0, 1001, .max] as [UInt64] {
                    await refused("INVALID_FIELD") { try await topUp(amount, wallet) }
                }
                _ = try await topUp(1000, wallet, number: 1)
                _ = try await topUp(1000, wallet, number: 2)
                await refused("BALANCE_LIMIT") { try await topUp(501, wallet, number: 3) }
                #expect(try await topUp(500, wallet, number: 3).available == 2500, "a refused top-up leaves no trace")
                await refused("BALANCE_LIMIT") { try await topUp(1, wallet, number: 4) }
            }
        }

        @Test(arguments: Engine.available)
        func `money that is set aside for a payment counts towards the limit of a balance`(engine: Engine) async throws
        {
            let arguments = [
                "--top-up-by", "user", "--max-top-up", "2000", "--max-balance", "2500", "--concert", "127.0.0.1:1",
            ]
            try await TestService.with(.wallet, on: engine, arguments: arguments) { wallet in
                _ = try await topUp(2000, wallet, number: 1)
                let alice = WalletClient(wallet.client(of: .alice))
                let pay = PayRequest(
                    paymentID: .numbered(2), concertID: .numbered(3),
                    reservationID: .numbered(4), amount: 1500, currency: "EUR")
                // Concert does not answer, so the money stays set aside.
                _ = try? await alice.pay(pay, CallOptions(timeout: Market.patience))
                #expect(
                    try await alice.showBalance(ShowBalanceRequest()).balances == [
                        Balance(currency: "EUR", available: 500, pending: 1500, createdAt: .noon, updatedAt: .noon)
                    ])
                await refused("BALANCE_LIMIT") { try await topUp(501, wallet, number: 5) }
                #expect(
                    try await topUp(500, wallet, number: 6)
                        == Balance(currency: "EUR", available: 1000, pending: 1500, createdAt: .noon, updatedAt: .noon))
            }
        }

        @Test(arguments: Engine.available)
        func `a user is refused by default, and so is an operator who names no user`(engine: Engine) async throws {
            try await TestService.with(.wallet, on: engine) { wallet in
                await refused("TOP_UP_NOT_ALLOWED") { try await topUp(500, wallet, number: 3) }
                await refused("NAME_UNKNOWN") { try await topUp(500, wallet, by: .operator, name: "bob", number: 3) }
                await refused("INVALID_FIELD") { try await topUp(500, wallet, by: .operator, number: 3) }
            }
        }

        @Test func `a user who names another user is refused`() async throws {
            try await TestService.with(.wallet, on: .memory, arguments: byUsers) { wallet in
                _ = await refused("INVALID_FIELD") { try await topUp(500, wallet, name: "bob") }
            }
        }
    }

    struct Retries {
        @Test(arguments: Engine.available)
        func `a repeated request tops up once, another one with its id is refused`(engine: Engine) async throws {
            try await TestService.with(.wallet, on: engine, arguments: byUsers) { wallet in
                for _ in 1...2 {
                    let balance = try await topUp(500, wallet)
                    #expect(
                        balance
                            == Balance(currency: "EUR", available: 500, pending: 0, createdAt: .noon, updatedAt: .noon))
                }
                await refused("REQUEST_ID_REUSED") { try await topUp(501, wallet, number: 1) }
                await refused("REQUEST_ID_REUSED") { try await topUp(500, wallet, currency: "JPY", number: 1) }
                let bobs = try await topUp(500, wallet, by: .bob, number: 1)
                #expect(bobs.available == 500, "a request id belongs to its user")
            }
        }
    }

    struct Races {
        @Test(arguments: Engine.available)
        func `concurrent top-ups add up, and concurrent repetitions count once`(engine: Engine) async throws {
            let instances = engine.instances
            try await TestService.with(.wallet, on: engine, instances: instances, arguments: byUsers) { wallet in
                try await withThrowingTaskGroup { group in
                    for number in 0..<40 {
                        group.addTask {
                            _ = try await topUp(
                                100, wallet, number: UInt64(1 + number % 20), instance: number % instances)
                        }
                    }
                    try await group.waitForAll()
                }
                let calls = WalletClient(wallet.client(of: .alice))
                #expect(try await calls.showBalance(ShowBalanceRequest()).balances.map(\.available) == [2000])
                let audit = try await WalletClient(wallet.client(of: .operator)).audit(AuditRequest())
                #expect(audit.violation == "" && audit.entryCount == 20)
            }
        }
    }
}
