import Kernel
import RPC
import Threads

/// Another engine (`EngineDialect`): a TCP proxy in front of a real PostgreSQL server. The client must not ask for TLS.
package final class EngineProxy: Sendable {
    package typealias Interruption = @Sendable () async -> Void

    /// They last as long as the process, because a database may be closed later than its proxy.
    private static let loops = Loops(count: 1)

    let address: Address
    private let listener: any Listener
    fileprivate let interruptions: Interruptions

    init(_ kind: EngineDialect.Kind, to server: Address) throws {
        let network = TCP(on: Self.loops)
        let interruptions = Interruptions()
        listener = try network.listen(on: .loopback(0), loops: Self.loops.all) { transport, loop in
            let pair = EnginePair(transport, EngineDialect(kind), interruptions, on: loop)
            network.connect(to: server, on: loop, within: .minutes(1), completion: pair.connected)
        }
        address = listener.address
        self.interruptions = interruptions
    }

    deinit {
        Task { [listener] in await listener.close() }
    }

    /// Runs `body` before the next statement that contains `text` reaches the server, on any connection.
    package func interrupt(before text: String, _ body: @escaping Interruption) {
        interruptions.planned.withLock { $0.append((text.lowercased(), body)) }
    }
}

private final class Interruptions: Sendable {
    let planned = Lock<[(text: String, body: EngineProxy.Interruption)]>([])

    func take(before statement: String) -> EngineProxy.Interruption? {
        planned.withLock { planned in
            planned.firstIndex { statement.contains($0.text) }.map { planned.remove(at: $0).body }
        }
    }
}

/// The two sockets of one proxied connection.
private final class EnginePair: @unchecked Sendable {
    // Sound because everything is used only on its loop.

    private let loop: EventLoop
    private let interruptions: Interruptions
    private let client: EngineEnd
    private var server: EngineEnd?
    private var dialect: EngineDialect
    private var waiting: [PostgreSQLMessages.Message] = []
    private var isInterrupted = false

    init(
        _ transport: any Transport, _ dialect: EngineDialect, _ interruptions: Interruptions, on loop: EventLoop
    ) {
        self.loop = loop
        self.dialect = dialect
        self.interruptions = interruptions
        client = EngineEnd(transport, isClient: true)
        client.begin { [self] messages in
            waiting += messages
            passOn()
        } closed: { [self] in
            cut()
        }
    }

    func connected(_ result: Result<any Transport, ConnectError>) {
        guard case .success(let transport) = result else { return cut() }
        let end = EngineEnd(transport, isClient: false)
        server = end
        end.begin { [self] messages in
            for message in messages { client.send(dialect.changed(fromServer: message)) }
        } closed: { [self] in
            cut()
        }
        passOn()
    }

    private func passOn() {
        while server != nil, !isInterrupted, let message = waiting.first {
            if let statement = dialect.statement(boundBy: message), let body = interruptions.take(before: statement) {
                return interrupt(for: body)
            }
            passFirst()
        }
    }

    private func passFirst() {
        server?.send(dialect.changed(fromClient: waiting.removeFirst()))
    }

    private func interrupt(for body: @escaping EngineProxy.Interruption) {
        isInterrupted = true
        Task { [self] in
            await body()
            loop.execute {
                self.isInterrupted = false
                // One interruption for each statement: the next one waits for the next statement.
                self.passFirst()
                self.passOn()
            }
        }
    }

    private func cut() {
        client.transport.abort()
        server?.transport.abort()
    }
}

private final class EngineEnd: TransportReceiver {
    let transport: any Transport
    private var messages: PostgreSQLMessages
    private var received: (([PostgreSQLMessages.Message]) -> Void)?
    private var closed: (() -> Void)?

    init(_ transport: any Transport, isClient: Bool) {
        self.transport = transport
        messages = PostgreSQLMessages(fromClient: isClient)
    }

    func begin(received: @escaping ([PostgreSQLMessages.Message]) -> Void, closed: @escaping () -> Void) {
        self.received = received
        self.closed = closed
        transport.receiver = self
        transport.isReading = true
    }

    func send(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes(transport.send)
    }

    func didReceive(_ bytes: UnsafeRawBufferPointer) {
        let complete = messages.next(bytes)
        if !complete.isEmpty { received?(complete) }
    }

    func didSend() {}

    func didClose(_ problem: String?) {
        received = nil
        closed?()
        closed = nil
    }
}
