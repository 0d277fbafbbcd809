import ConcertAPI
import Journeys
import Kernel
import QueueAPI
import RPC
import TestSupport
import Threads
import WalletAPI

/// A caller of services with the answers of a test. It keeps its records in memory.
final class StubCaller: Sendable {
    private final class Memory: Sendable {
        let activity = Lock(RecentActivity())
        let begun = Lock(0)
    }

    private let loops = Loops(count: 1)
    private let server: Server
    private let memory = Memory()
    let clock = ManualClock()
    let caller: ServiceCaller

    private init(_ routes: [Route], isOperator: Bool) throws {
        let services = [QueueMethods.service, ConcertMethods.service, WalletMethods.service]
        let user = Caller(
            user: UserID(high: 1, low: 1), role: isOperator ? .operator : .user, duties: isOperator ? .owner : [])
        server = Server(
            services.map { service in
                ServedService(service, routes.filter { $0.method.name.hasPrefix(service.name + "/") })
            }, on: loops,
            hooks: ServerHooks(verify: { _ throws(RPCFailure) in Verified(user, remaining: .hours(24)) }))
        let address = try server.listen(on: .loopback(0))
        caller = ServiceCaller(
            Connections(agent: "test") { _ in [address] }, isOperator: isOperator, timeout: .seconds(60), clock: clock,
            records: Records(
                load: { [memory] in memory.activity.withLock { $0 } },
                apply: { [memory] change in try memory.activity.withLock { try change(&$0) } }), requestID: nil,
            credential: { [memory] in
                memory.begun.withLock { $0 += 1 }
                return [1]
            })
    }

    /// Runs `body` while the services run.
    static func with(
        _ routes: Route..., isOperator: Bool = false, _ body: (StubCaller) async throws -> Void
    ) async throws {
        let stub = try StubCaller(routes, isOperator: isOperator)
        let outcome: Result<Void, any Error>
        do { outcome = .success(try await body(stub)) } catch { outcome = .failure(error) }
        await stub.caller.connections.close()
        await stub.server.shutdown(grace: .zero)
        stub.loops.stop()
        try outcome.get()
    }

    /// The number of calls with a credential that the caller began, also if it did not send them.
    var begunCount: Int { memory.begun.withLock { $0 } }

    var recorded: RecentActivity { memory.activity.withLock { $0 } }
}
