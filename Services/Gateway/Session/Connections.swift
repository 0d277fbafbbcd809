import Kernel
import RPC
import Threads

/// The clients of one run of the gateway. Each is created at the first call of its service.
final class Connections: Sendable {
    /// How long a call waits for a connection, so that it survives a restart of the service. Short, because a user
    /// waits.
    private static let connectTimeout = Duration.seconds(1)

    private struct Open {
        var loops: Loops?
        var clients: [Service: Client] = [:]
    }

    private let open = Lock(Open())

    func client(of service: Service, at addresses: [Address]) -> Client {
        open.withLock { open in
            if let client = open.clients[service] { return client }
            let client = Self.client(at: addresses, on: &open.loops)
            open.clients[service] = client
            return client
        }
    }

    /// A client that fails at once if nothing listens at the address. The caller shuts it down.
    func client(at address: Address) -> Client {
        open.withLock { open in Self.client(at: [address], on: &open.loops, connectTimeout: .zero) }
    }

    private static func client(
        at addresses: [Address], on loops: inout Loops?, connectTimeout: Duration = Connections.connectTimeout
    ) -> Client {
        let running = loops ?? Loops(count: 1)
        loops = running
        var settings = ClientSettings()
        settings.agent = "gateway"
        settings.connectPatience = connectTimeout
        return Client(to: addresses, on: running, settings: settings)
    }

    func close() async {
        let clients = open.withLock { open in Array(open.clients.values) }
        for client in clients { await client.shutdown() }
        open.withLock { open in
            open.loops?.stop()
            open = Open()
        }
    }
}
