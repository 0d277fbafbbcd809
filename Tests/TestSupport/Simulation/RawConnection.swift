import Kernel
import RPC

/// One end of a simulated connection, played by a test: it sends what it likes, and keeps what comes back.
package final class RawConnection: TransportReceiver, @unchecked Sendable {
    // Sound because: only the simulation's one thread touches it.

    private let transport: any Transport
    private var cutter = FrameCutter()
    package private(set) var received: [Envelope] = []
    package private(set) var isClosed = false

    init(_ transport: any Transport) {
        self.transport = transport
        transport.receiver = self
        transport.isReading = true
    }

    package var isReading: Bool {
        get { transport.isReading }
        set { transport.isReading = newValue }
    }

    package func send(_ envelope: Envelope) throws {
        send(try envelope.frame())
    }

    package func send(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes(transport.send)
    }

    package func replies(to id: UInt64) -> [Envelope] {
        received.filter { $0.id == id && $0.kind == .reply }
    }

    package func didReceive(_ more: UnsafeRawBufferPointer) {
        received += cutter.frames(in: more).compactMap(Envelope.init(frame:))
    }

    package func didSend() {}

    package func didClose(_ problem: String?) {
        isClosed = true
    }
}

extension EchoSimulation {
    /// Connects to the server without a client.
    package func rawConnection() throws -> RawConnection {
        let made = Recorder<RawConnection>()
        network.connect(to: address, on: simulation.loops.all[0], within: .seconds(1)) { result in
            if case .success(let transport) = result { made.add(RawConnection(transport)) }
        }
        simulation.run(for: .milliseconds(10))
        guard let connection = made.all.first else { throw Simulation.StandsStill(description: "nobody accepted") }
        return connection
    }
}

extension Envelope {
    package static func request<Request, Reply>(
        _ id: UInt64, _ method: Method<Request, Reply>, _ request: Request, timeout: Duration = .zero
    ) throws -> Envelope {
        Envelope(
            id: id, kind: .request, method: method.name, timeoutUs: UInt64(timeout.milliseconds) * 1000,
            payload: try request.encoded())
    }

    package static func cancel(_ id: UInt64) -> Envelope { Envelope(id: id, kind: .cancel) }
    package static let ping = Envelope(kind: .ping)
}
