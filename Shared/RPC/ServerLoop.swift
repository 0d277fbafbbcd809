import Kernel
import Synchronization

/// The connections of a server that live on one loop.
final class ServerLoop: @unchecked Sendable {
    // Sound because: `core` and `loop` never change; all else is touched on the loop only.

    let core: ServerCore
    let loop: EventLoop
    private var connections: [ServerConnection] = []
    private var drain: Drain?

    private final class Drain: TimerTarget {
        let cut: () -> Void
        var waiting: [CheckedContinuation<Void, Never>] = []

        init(cut: @escaping () -> Void) {
            self.cut = cut
        }

        func timerFired() { cut() }
    }

    init(_ core: ServerCore, on loop: EventLoop) {
        self.core = core
        self.loop = loop
    }

    func accept(_ transport: any Transport) {
        let count = core.connectionCount.wrappingAdd(1, ordering: .relaxed).newValue
        let connection = ServerConnection(transport, on: self)
        connection.index = connections.count
        connections.append(connection)
        connection.start()
        if drain != nil { return connection.drain() }
        guard count > core.limits.connections else { return }
        connection.refuse(
            RPCFailure(
                .resourceExhausted, "TOO_MANY_CONNECTIONS",
                "this server takes \(core.limits.connections) connections; use one connection for many calls"
            ).notProcessed(retryAfter: .seconds(1)))
    }

    func closed(_ connection: ServerConnection) {
        core.connectionCount.wrappingSubtract(1, ordering: .relaxed)
        let last = connections.removeLast()
        if last !== connection {
            connections[connection.index] = last
            last.index = connection.index
        }
        if connections.isEmpty { endDrain() }
    }

    /// May be called from any thread, and again.
    func beginDrain(grace: Duration) {
        loop.execute { [self] in
            guard drain == nil else { return }
            let drain = Drain(cut: { [weak self] in
                for connection in self?.connections ?? [] { connection.cut("the server ends") }
            })
            self.drain = drain
            _ = loop.startTimer(drain, at: loop.uptime + grace)
            for connection in connections { connection.drain() }
        }
    }

    /// Returns when a drain that was begun has ended.
    func drained() async {
        await withCheckedContinuation { continuation in
            loop.execute { [self] in
                drain?.waiting.append(continuation)
                if connections.isEmpty { endDrain() }
            }
        }
    }

    private func endDrain() {
        let waiting = drain?.waiting ?? []
        drain?.waiting = []
        for continuation in waiting { continuation.resume() }
    }
}
