import ConcertAPI
import Journeys
import Kernel
import QueueAPI
import RPC
import TestSupport
import WalletAPI

@testable import Gateway

/// Services with the answers of a test, and a gateway whose user alice has a user and an operator credential.
final class StubServices: Sendable {
    static let alice = UserID(high: 1, low: 1)

    private let loops = Loops(count: 1)
    private let server: Server
    private let folder = TemporaryFolder()
    let clock: ManualClock
    private let address: Address
    var configuration: ConfigurationFolder { ConfigurationFolder(["XDG_CONFIG_HOME": folder.path]) }

    private init(queue: [Route], concert: [Route], wallet: [Route], actions: [Route], _ clock: ManualClock) throws {
        self.clock = clock
        let expiry = Timestamp.noon + .hours(24)
        server = Server(
            [
                ServedService(QueueMethods.service, queue), ServedService(ConcertMethods.service, concert),
                ServedService(WalletMethods.service, wallet), ServedService(ActionsMethods.service, actions),
            ], on: loops,
            hooks: ServerHooks(verify: { credential throws(RPCFailure) in
                let role = Role(rawValue: credential.first ?? 0)
                let caller = Caller(user: Self.alice, role: role, duties: role == .operator ? .owner : [])
                return Verified(caller, remaining: .hours(24))
            }))
        address = try server.listen(on: .loopback(0))
        for role in [Role.user, .operator] {
            try configuration.store(
                StoredCredential(name: "alice", role: role, user: Self.alice, expiry: expiry, bytes: [role.rawValue]))
        }
    }

    /// Runs `body` while the services run.
    static func with(
        queue: [Route] = [], concert: [Route] = [], wallet: [Route] = [], actions: [Route] = [],
        clock: ManualClock = ManualClock(),
        _ body: (StubServices) async throws -> Void
    ) async throws {
        let services = try StubServices(queue: queue, concert: concert, wallet: wallet, actions: actions, clock)
        do {
            try await body(services)
        } catch {
            await services.stop()
            throw error
        }
        await services.stop()
    }

    private func stop() async {
        await server.shutdown(grace: .zero)
        loops.stop()
    }

    func updateActivity(_ change: (inout RecentActivity) throws -> Void) throws {
        var activity = try activity
        try change(&activity)
        try configuration.write(activity.text, to: "memory-\(Self.alice)")
    }

    var activity: RecentActivity {
        get throws { RecentActivity(try configuration.read("memory-\(Self.alice)") ?? "") }
    }

    /// Like `gateway`, with a clock that advances whenever the command sleeps.
    func gatewayWithoutPauses(_ line: String) async throws -> CommandResult {
        try await withThrowingTaskGroup(of: CommandResult?.self) { group in
            group.addTask { await self.gateway(line) }
            group.addTask {
                while !Task.isCancelled {
                    if let deadline = self.clock.nextDeadline { self.clock.advance(by: deadline - self.clock.uptime) }
                    try? await Task.sleep(for: .milliseconds(1))
                }
                return nil
            }
            guard case .some(.some(let result)) = try await group.next() else { throw CancellationError() }
            group.cancelAll()
            return result
        }
    }

    /// Runs `gateway` with the arguments of `line` and the lines of standard input.
    func gateway(_ line: String, input: [String] = []) async -> CommandResult {
        await GatewayTests.gateway(
            line.split(separator: " ").map(String.init),
            environment: [
                "XDG_CONFIG_HOME": folder.path, "TZ": "UTC", "ONSALE_QUEUE": "\(address)",
                "ONSALE_CONCERT": "\(address)", "ONSALE_WALLET": "\(address)",
            ], clock: clock, input: input)
    }
}
