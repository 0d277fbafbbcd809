import Journeys
import Kernel
import RPC
import TestSupport
import Threads

/// A caller of services with the answers of a test. It keeps its records in memory.
final class StubCaller: Sendable {
    private final class Memory: Sendable {
        let activity = Lock(RecentActivity())
        let begun = Lock(0)
    }

    private let memory = Memory()
    let clock = ManualClock()
    let caller: ServiceCaller

    private init(_ services: StubServices, isOperator: Bool) {
        caller = ServiceCaller(
            Connections(agent: "test") { _ in [services.address] }, isOperator: isOperator, timeout: .seconds(60),
            clock: clock,
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
        let user = Caller(
            user: UserID(high: 1, low: 1), role: isOperator ? .operator : .user, duties: isOperator ? .owner : [])
        try await StubServices.with(routes, caller: user) { services in
            let stub = StubCaller(services, isOperator: isOperator)
            let outcome: Result<Void, any Error>
            do { outcome = .success(try await body(stub)) } catch { outcome = .failure(error) }
            await stub.caller.connections.close()
            try outcome.get()
        }
    }

    /// The number of calls with a credential that the caller began, also if it did not send them.
    var begunCount: Int { memory.begun.withLock { $0 } }

    var recorded: RecentActivity { memory.activity.withLock { $0 } }
}
