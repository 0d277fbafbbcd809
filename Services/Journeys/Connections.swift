import Kernel
import RPC
import Threads

/// The clients of the services. Each is created at the first call of its service.
package final class Connections: Sendable {
    /// How long a call waits for a connection, so that it survives a restart of the service. Short, because a user
    /// waits.
    private static let connectTimeout = Duration.seconds(1)

    private struct Open {
        var loops: Loops?
        var clients: [Service: Client] = [:]
    }

    private let open: Lock<Open>
    private let agent: String
    private let addresses: @Sendable (Service) throws -> [Address]
    private let network: @Sendable ([Address], TCP) throws -> any Network

    /// `agent` names the program in the logs of the services. `addresses` throws if the addresses of a service are
    /// invalid. `network` may encrypt the connections to some addresses. `close` stops `loops`; without them, the first
    /// call starts one.
    package init(
        agent: String, on loops: Loops? = nil, addresses: @escaping @Sendable (Service) throws -> [Address],
        network: @escaping @Sendable ([Address], TCP) throws -> any Network = { $1 }
    ) {
        open = Lock(Open(loops: loops))
        self.agent = agent
        self.addresses = addresses
        self.network = network
    }

    package func addresses(of service: Service) throws -> [Address] { try addresses(service) }

    package func client(of service: Service) throws -> Client {
        let addresses = try addresses(service)
        return try open.withLock { open in
            if let client = open.clients[service] { return client }
            let client = try client(at: addresses, on: &open.loops, connectTimeout: Self.connectTimeout)
            open.clients[service] = client
            return client
        }
    }

    /// A client of other addresses. It fails immediately if no program listens there. The caller shuts it down.
    package func client(at addresses: [Address]) throws -> Client {
        try open.withLock { open in try client(at: addresses, on: &open.loops, connectTimeout: .zero) }
    }

    private func client(at addresses: [Address], on loops: inout Loops?, connectTimeout: Duration) throws -> Client {
        let running = loops ?? Loops(count: 1)
        loops = running
        var settings = ClientSettings()
        settings.agent = agent
        settings.longestConnectionWait = connectTimeout
        let network = try network(addresses, TCP(on: running))
        return Client(to: addresses, on: running, network: network, settings: settings)
    }

    package func close() async {
        let clients = open.withLock { open in Array(open.clients.values) }
        for client in clients { await client.shutdown() }
        open.withLock { open in
            open.loops?.stop()
            open = Open()
        }
    }
}
