import Kernel
import Synchronization

/// The connections of a server on one event loop.
final class ServerLoop: @unchecked Sendable {
    // Sound because `core` and `loop` never change, and only the loop accesses the rest.

    let core: ServerCore
    let loop: EventLoop
    private var connections: [ServerConnection] = []
    private var bufferedBytes = 0
    private let maxBufferedBytes: Int
    private var isDraining = false
    private var waitingForDrain: [CheckedContinuation<Void, Never>] = []

    /// `loops` is the number of loops that share the limits of the server.
    init(_ core: ServerCore, on loop: EventLoop, of loops: Int) {
        self.core = core
        self.loop = loop
        maxBufferedBytes = core.limits.bufferedBytes / loops
    }

    func accept(_ transport: any Transport) {
        let count = core.connectionCount.wrappingAdd(1, ordering: .relaxed).newValue
        let connection = ServerConnection(transport, on: self)
        connection.index = connections.count
        connections.append(connection)
        let countOfNetwork = connection.network.map(core.networks.enter) ?? 0
        connection.start()
        if isDraining { return connection.drain() }
        if count > core.limits.connections {
            connection.refuse(.tooManyConnections("this server takes \(core.limits.connections) connections"))
        } else if let network = connection.network, countOfNetwork > core.limits.connectionsPerNetwork {
            let state = "this server takes \(core.limits.connectionsPerNetwork) connections of the network \(network)"
            connection.refuse(.tooManyConnections(state))
        }
    }

    /// Counts the bytes that the connections buffer. Above the limit, it cuts those that buffer the most.
    func buffered(_ difference: Int) {
        bufferedBytes += difference
        while bufferedBytes > maxBufferedBytes {
            guard let largest = connections.max(by: { $0.bufferedBytes < $1.bufferedBytes }),
                largest.bufferedBytes > 0
            else { return }
            largest.cut(
                "all connections buffer \(bufferedBytes) bytes, and this one the most: \(largest.bufferedBytes). "
                    + "\(maxBufferedBytes) are allowed")
        }
    }

    func closed(_ connection: ServerConnection) {
        core.connectionCount.wrappingSubtract(1, ordering: .relaxed)
        if let network = connection.network { core.networks.leave(network) }
        let last = connections.removeLast()
        if last !== connection {
            connections[connection.index] = last
            last.index = connection.index
        }
        if connections.isEmpty { endDrain() }
    }

    /// Starts to drain. Can be called from any thread and repeatedly.
    func beginDrain(grace: Duration) {
        loop.execute { [self] in
            guard !isDraining else { return }
            isDraining = true
            let cut = TimerAction { [weak self] in
                for connection in self?.connections ?? [] { connection.cut("the server ends") }
            }
            _ = loop.startTimer(cut, at: loop.uptime + grace)
            for connection in connections { connection.drain() }
        }
    }

    /// Waits for the end of a drain.
    func drained() async {
        await withCheckedContinuation { continuation in
            loop.execute { [self] in
                waitingForDrain.append(continuation)
                if connections.isEmpty { endDrain() }
            }
        }
    }

    private func endDrain() {
        let waiting = waitingForDrain
        waitingForDrain = []
        for continuation in waiting { continuation.resume() }
    }
}

extension RPCFailure {
    fileprivate static func tooManyConnections(_ state: String) -> RPCFailure {
        RPCFailure(CallReason.tooManyConnections, "\(state); use one connection for many calls")
            .notProcessed(retryAfter: .seconds(1))
    }
}
