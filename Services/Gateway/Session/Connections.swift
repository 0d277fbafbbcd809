import Kernel
import RPC
import Threads

/// The clients of one run of the gateway, made when the first call needs them.
final class Connections: Sendable {
    /// How long a call waits for a service that is just being restarted. Whoever types wants to hear soon that nobody is
    /// there.
    private static let patience = Duration.seconds(1)

    private struct Open {
        var loops: Loops?
        var clients: [Peer: Client] = [:]
    }

    private let open = Lock(Open())

    func client(of peer: Peer, at addresses: [Address]) -> Client {
        open.withLock { open in
            if let client = open.clients[peer] { return client }
            let client = Self.client(at: addresses, on: &open.loops)
            open.clients[peer] = client
            return client
        }
    }

    /// For one call, or for one look.
    func client(at address: Address) -> Client {
        open.withLock { open in Self.client(at: [address], on: &open.loops, patience: .zero) }
    }

    private static func client(
        at addresses: [Address], on loops: inout Loops?, patience: Duration = Connections.patience
    ) -> Client {
        let running = loops ?? Loops(count: 1)
        loops = running
        var settings = ClientSettings()
        settings.agent = "gateway"
        settings.connectPatience = patience
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
