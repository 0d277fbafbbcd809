import ConcertAPI
import Kernel
import QueueAPI
import RPC
import TestSupport
import WalletAPI

@testable import Gateway

/// Services that answer as a test says, and alice, who is signed in and an operator besides.
final class Scripted: Sendable {
    private static let alice = UserID(high: 1, low: 1)

    private let loops = Loops(count: 1)
    private let server: Server
    private let folder = TemporaryFolder()
    let clock = ManualClock()
    private let address: Address
    private var home: Home { Home(["XDG_CONFIG_HOME": folder.path]) }

    private init(queue: [Route], concert: [Route], wallet: [Route]) throws {
        let expiry = Timestamp.noon + .hours(24)
        server = Server(
            [
                ServedService(QueueMethods.service, queue), ServedService(ConcertMethods.service, concert),
                ServedService(WalletMethods.service, wallet),
            ], on: loops,
            hooks: ServerHooks(verify: { credential throws(RPCFailure) in
                let role = Role(rawValue: credential.first ?? 0)
                return Verified(Caller(user: Self.alice, role: role, expires: expiry), remaining: .hours(24))
            }))
        address = try server.listen(on: .loopback(0))
        for role in [Role.user, .operator] {
            try home.keep(
                KeptCredential(name: "alice", role: role, user: Self.alice, expiry: expiry, bytes: [role.rawValue]))
        }
    }

    /// Runs `body` beside them.
    static func with(
        queue: [Route] = [], concert: [Route] = [], wallet: [Route] = [], _ body: (Scripted) async throws -> Void
    ) async throws {
        let services = try Scripted(queue: queue, concert: concert, wallet: wallet)
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

    func remember(_ change: (inout Memory) throws -> Void) throws {
        var memory = try memory
        try change(&memory)
        try home.write(memory.text, to: "memory-\(Self.alice)")
    }

    var memory: Memory {
        get throws { Memory(try home.read("memory-\(Self.alice)") ?? "") }
    }

    /// As `gateway`, with a clock that moves on whenever the command sleeps.
    func gatewayWithoutPauses(_ line: String) async throws -> Typed {
        try await withThrowingTaskGroup(of: Typed?.self) { group in
            group.addTask { await self.gateway(line) }
            group.addTask {
                while !Task.isCancelled {
                    if let deadline = self.clock.nextDeadline { self.clock.advance(by: deadline - self.clock.uptime) }
                    try? await Task.sleep(for: .milliseconds(1))
                }
                return nil
            }
            guard case .some(.some(let typed)) = try await group.next() else { throw CancellationError() }
            group.cancelAll()
            return typed
        }
    }

    /// `line` is what is typed after `gateway`, `input` what it reads.
    func gateway(_ line: String, input: [String] = []) async -> Typed {
        await GatewayTests.gateway(
            line.split(separator: " ").map(String.init),
            environment: [
                "XDG_CONFIG_HOME": folder.path, "TZ": "UTC", "ONSALE_QUEUE": "\(address)",
                "ONSALE_CONCERT": "\(address)", "ONSALE_WALLET": "\(address)",
            ], clock: clock, input: input)
    }
}
