import ConcertAPI
import Kernel
import QueueAPI
import RPC
import WalletAPI

/// The three services at one address, with the answers of a test.
package final class StubServices: Sendable {
    private let loops = Loops(count: 1)
    private let server: Server
    package let address: Address

    private init(_ routes: [Route], caller: Caller) throws {
        let services = [QueueMethods.service, ConcertMethods.service, WalletMethods.service]
        server = Server(
            services.map { service in
                ServedService(service, routes.filter { $0.method.name.hasPrefix(service.name + "/") })
            }, on: loops,
            hooks: ServerHooks(verify: { _ throws(RPCFailure) in Verified(caller, remaining: .hours(24)) }))
        address = try server.listen(on: .loopback(0))
    }

    /// Runs `body` while the services run. They take every credential for that of `caller`.
    package static func with(
        _ routes: [Route], caller: Caller = Caller(user: UserID(high: 1, low: 1), role: .user),
        _ body: (StubServices) async throws -> Void
    ) async throws {
        let stub = try StubServices(routes, caller: caller)
        let outcome: Result<Void, any Error>
        do { outcome = .success(try await body(stub)) } catch { outcome = .failure(error) }
        await stub.server.shutdown(grace: .zero)
        stub.loops.stop()
        try outcome.get()
    }
}
