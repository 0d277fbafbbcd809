import Journeys
import Kernel
import RPC
import Synchronization
import TestSupport
import Testing
import WalletAPI

@testable import Gateway

/// The gateway refreshes the credential of a session by itself.
struct SessionTests {
    private static let secret: [UInt8] = [1, 2, 3]
    private static let first = StoredCredential(
        name: "alice", role: .user, user: StubServices.alice, expiry: .noon + .hours(1),
        bytes: [Role.user.rawValue, 1],
        session: .init(secret: secret, refreshAt: .noon + .minutes(30), endsAt: .noon + .days(30)))

    /// A wallet service whose refreshes answer after `wait`, or fail.
    private final class Refreshes: Sendable {
        let count = Mutex(0)

        func routes(failure: RPCFailure? = nil, _ clock: ManualClock) -> [Route] {
            [
                Route(WalletMethods.refresh) { request, _ in
                    self.count.withLock { $0 += 1 }
                    if let failure { throw failure }
                    #expect(request.secret == SessionTests.secret)
                    return RefreshReply(
                        session: Session(
                            userID: StubServices.alice, credential: [Role.user.rawValue, 2],
                            expiresAt: clock.now + .hours(1), secret: SessionTests.secret,
                            refreshAt: clock.now + .minutes(30),
                            endsAt: clock.now + .days(30)))
                },
                Route(WalletMethods.showBalance) { _, _ in ShowBalanceReply() },
            ]
        }
    }

    private func with(
        failure: RPCFailure? = nil, at time: Duration,
        _ body: (StubServices, Refreshes) async throws -> Void
    ) async throws {
        let refreshes = Refreshes()
        let clock = ManualClock()
        try await StubServices.with(wallet: refreshes.routes(failure: failure, clock), clock: clock) { services in
            try services.configuration.store(Self.first)
            clock.advance(by: time)
            try await body(services, refreshes)
        }
    }

    @Test func `before half of its life a credential is not refreshed`() async throws {
        try await with(at: .minutes(29)) { services, refreshes in
            #expect(await services.gateway("balance").exit == .done)
            #expect(refreshes.count.withLock { $0 } == 0)
        }
    }

    @Test func `late in its life, and after its end, the next one is stored`() async throws {
        for time in [Duration.minutes(46), .hours(5)] {
            try await with(at: time) { services, refreshes in
                #expect(await services.gateway("balance").exit == .done)
                #expect(await services.gateway("balance").exit == .done)
                #expect(refreshes.count.withLock { $0 } == 1)
                let stored = try #require(try services.configuration.credential(of: .user))
                #expect(stored.bytes == [Role.user.rawValue, 2] && stored.expiry == .noon + time + .hours(1))
                #expect(stored.session?.secret == Self.secret)
            }
        }
    }

    @Test func `several gateways at once make one request`() async throws {
        try await with(at: .hours(2)) { services, refreshes in
            let results = try await withThrowingTaskGroup(of: CommandResult.self) { group in
                for _ in 1...8 { group.addTask { try await services.gatewayWithoutPauses("balance") } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(results.allSatisfy { $0.exit == .done })
            #expect(refreshes.count.withLock { $0 } == 1)
        }
    }

    @Test func `while the wallet service is away, a valid credential is used`() async throws {
        let away = RPCFailure(CallReason.databaseUnavailable)
        try await with(failure: away, at: .minutes(50)) { services, refreshes in
            #expect(await services.gateway("balance").exit == .done)
            #expect(refreshes.count.withLock { $0 } > 0)
        }
        try await with(failure: away, at: .hours(2)) { services, _ in
            #expect(await services.gateway("balance --timeout 1s").exit == .unavailable)
        }
    }

    @Test func `an ended session says how to sign in again`() async throws {
        try await with(failure: RPCFailure(WalletReason.sessionEnded), at: .minutes(50)) { services, _ in
            let result = await services.gateway("balance")
            #expect(result.exit == .notAllowed)
            #expect(result.errorOutput.contains("the session has ended") && result.errorOutput.contains("sign-in NAME"))
        }
    }

    @Test func `jitter spreads refreshes over the third quarter of the life`() {
        for (minutes, isDue) in [
            (29, [false, false]), (31, [true, false]), (44, [true, false]), (46, [true, true]),
        ] {
            let now = Timestamp.noon + .minutes(minutes)
            #expect([0, 1].map { Self.first.isDue(at: now, jitter: $0) } == isDue)
        }
    }

    @Test func `a stored credential with a session is read back unchanged`() {
        #expect(StoredCredential(Self.first.text) == Self.first)
        #expect(StoredCredential(Self.first.text.replacing("refresh", with: "other")) == nil)
    }
}
