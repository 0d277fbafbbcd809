import Kernel
import Messages
import RPC

/// One end of a simulated connection that the test controls: it sends any bytes, and stores the received ones.
package final class RawConnection: TransportReceiver, @unchecked Sendable {
    // Sound because only the simulation's one thread uses it.

    private let transport: any Transport
    private var cutter = FrameCutter()
    package private(set) var received: [Envelope] = []
    /// The received frames as bytes.
    package private(set) var frames: [[UInt8]] = []
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

    package var requests: [Envelope] { received.filter { $0.kind == .request } }

    package func replies(to id: UInt64) -> [Envelope] {
        received.filter { $0.id == id && $0.kind == .reply }
    }

    package func didReceive(_ more: UnsafeRawBufferPointer) {
        let frames = cutter.frames(in: more)
        self.frames += frames
        received += frames.compactMap(Envelope.init(frame:))
    }

    package func didSend() {}

    package func didClose(_ problem: String?) {
        isClosed = true
    }
}

extension Simulation {
    /// Connects to a server without a client, and runs everything for `duration`.
    package func rawConnection(
        to address: Address, waiting duration: Duration = .milliseconds(10), over other: (any Network)? = nil
    ) throws -> RawConnection {
        let made = Recorder<RawConnection>()
        (other ?? network).connect(to: address, on: loops.all[0], within: .seconds(1)) { result in
            if case .success(let transport) = result { made.add(RawConnection(transport)) }
        }
        run(for: duration)
        guard let connection = made.all.first else { throw StandsStill(description: "no connection was accepted") }
        return connection
    }
}

extension EchoSimulation {
    package func rawConnection() throws -> RawConnection { try simulation.rawConnection(to: address) }
}

/// A client, and a server that the test controls.
package struct PlayedServer: Sendable {
    package let client: Client
    package let address: Address
    private let accepted: Recorder<RawConnection>

    package var calls: EchoClient { EchoClient(client) }
    /// The connections that the client has opened so far.
    package var connections: [RawConnection] { accepted.all }

    /// `greet` runs for each new connection of the server.
    package init(
        in simulation: Simulation, settings: ClientSettings = ClientSettings(),
        greet: @escaping @Sendable (RawConnection) -> Void = { _ in }
    ) throws {
        let accepted = Recorder<RawConnection>()
        self.accepted = accepted
        let listener = try simulation.network.listen(on: .loopback(0), loops: simulation.loops.all) { transport, _ in
            let connection = RawConnection(transport)
            accepted.add(connection)
            greet(connection)
        }
        address = listener.address
        client = Client(to: [address], on: simulation.loops, network: simulation.network, settings: settings)
    }
}

extension Envelope {
    package static func reply(_ id: UInt64, _ message: some Message) throws -> Envelope {
        Envelope(id: id, kind: .reply, payload: try message.encoded())
    }

    package static func goAway(lastID: UInt64) throws -> Envelope {
        Envelope(kind: .goaway, payload: try GoAway(lastID: lastID).encoded())
    }

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
