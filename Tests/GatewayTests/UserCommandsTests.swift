import Journeys
import Kernel
import RPC
import Synchronization
import TestSupport
import Testing
import WalletAPI

@testable import Gateway

/// Names of people beside logins and ids.
struct UserCommandsTests {
    private static let user = User(
        userID: StubServices.alice, name: "alice", displayName: "Alice Müller", createdAt: .noon,
        updatedAt: .noon + .minutes(1))

    @Test func `whoami asks the service, and works without it`() async throws {
        let shows = Route(WalletMethods.showUser) { request, _ in
            #expect(request == ShowUserRequest())
            return ShowUserReply(user: Self.user)
        }
        let sessions = Route(WalletMethods.listSessions) { _, _ in ListSessionsReply() }
        try await StubServices.with(wallet: [sessions, shows]) { services in
            #expect(await services.gateway("whoami").output.hasPrefix("alice (Alice Müller), user, signed in until "))
            let json = await services.gateway("whoami --json").output
            #expect(json.contains(#""displayName":"Alice Müller""#) && json.contains(#""createdAt":"#))
        }
        for failure in [
            RPCFailure(.unavailable, "DRAINING", "the service stops"),
            RPCFailure(WalletReason.userUnknown),
        ] {
            let shows = Route(WalletMethods.showUser) { _, _ in throw failure }
            try await StubServices.with(wallet: [sessions, shows]) { services in
                let result = await services.gateway("whoami")
                #expect(result.exit == .done && result.output.hasPrefix("alice, user, signed in until "))
                #expect(result.errorOutput.isEmpty == (failure.code == .notFound))
            }
        }
    }

    @Test func `sign-up sends the display name of its flag`() async throws {
        let sent = Mutex("")
        let signUp = Route(WalletMethods.signUp) { request, _ in
            sent.withLock { $0 = request.displayName }
            return SignUpReply(session: Session(userID: StubServices.alice, expiresAt: .noon + .hours(1)))
        }
        try await StubServices.with(wallet: [signUp]) { services in
            let line = "sign-up alice --password-file - --display-name Zoë"
            let result = await services.gateway(line, input: ["correct horse"])
            #expect(result.exit == .done, "\(result)")
            #expect(sent.withLock { $0 } == "Zoë")
        }
    }

    @Test func `an operator finds users, and shows one with the balances`() async throws {
        let find = Route(WalletMethods.findUsers) { request, _ in
            #expect(request.namePrefix == "al")
            return FindUsersReply(users: [Self.user])
        }
        let show = Route(WalletMethods.showUser) { request, _ in
            #expect(request.name == "alice" || request.userID == StubServices.alice)
            return ShowUserReply(user: Self.user)
        }
        let balance = Route(WalletMethods.findAccounts) { request, _ in
            #expect(request.name == "alice")
            return FindAccountsReply(
                user: Self.user, balances: [Balance(currency: "EUR", available: 1250, createdAt: .noon)])
        }
        try await StubServices.with(wallet: [find, show, balance]) { services in
            #expect(await services.gateway("admin user find al").output.contains("Alice Müller"))
            for name in ["alice", "\(StubServices.alice)"] {
                let shown = await services.gateway("admin user show \(name)").output
                #expect(shown.hasPrefix("alice (Alice Müller)\n") && shown.contains("12.50 EUR"))
            }
        }
    }

    @Test func `an operator reads the entries and payments of a user by login`() async throws {
        let paid = Payment(
            paymentID: PaymentID(high: 7, low: 7), outcome: .paid, amount: 100, currency: "EUR", begunAt: .noon,
            userID: StubServices.alice, updatedAt: .noon)
        let balance = Route(WalletMethods.findAccounts) { _, _ in
            FindAccountsReply(user: Self.user, balances: [Balance(currency: "EUR", available: 100)])
        }
        let entries = Route(WalletMethods.findEntries) { request, _ in
            #expect(request.name == "alice" && request.currency == "EUR")
            return FindEntriesReply(entries: [Entry(serial: 1, kind: .topUp, amount: 100, currency: "EUR", at: .noon)])
        }
        let payments = Route(WalletMethods.findPayments) { request, _ in
            #expect(request.name == "alice" || request.paymentID == paid.paymentID)
            return FindPaymentsReply(payments: [paid])
        }
        let find = Route(WalletMethods.findUsers) { _, _ in FindUsersReply(users: [Self.user]) }
        try await StubServices.with(wallet: [balance, entries, payments, find]) { services in
            #expect(await services.gateway("admin user history alice").output.contains("top-up"))
            #expect(
                await services.gateway("admin user payments alice").output.contains(IDSuffix.text(of: paid.paymentID)))
            let shown = await services.gateway("admin payment \(paid.paymentID)").output
            #expect(
                shown.hasPrefix("Payment \(paid.paymentID): 1.00 EUR, paid\n") && shown.contains("alice (Alice Müller)")
            )
        }
    }
}
