import Kernel
import RPC

/// Two ends of a simulated connection.
package final class SimulatedConnection {
    /// Maximum of bytes in transit. A sender of more waits.
    static let windowBytes = 64 * 1024

    package let address: Address
    private(set) var near: SimulatedTransport!
    private(set) var far: SimulatedTransport!
    fileprivate let network: SimulatedNetwork
    /// True if all further bytes are dropped without an error.
    package var isHalfOpen = false

    init(to address: Address, from nearLoop: EventLoop, at farLoop: EventLoop, on network: SimulatedNetwork) {
        self.address = address
        self.network = network
        near = SimulatedTransport(self, peer: "\(address)", on: nearLoop, isNear: true)
        far = SimulatedTransport(self, peer: "127.0.0.1:1", on: farLoop, isNear: false)
    }

    /// Breaks it. Both ends are notified.
    package func cut() {
        for end in [near!, far!] {
            network.after(.zero, on: end.loop) { end.end("connection reset by peer") }
        }
    }

    private(set) var isLost = false

    /// Removes the end that is on one of `loops`, if there is one. The other end is notified later.
    func lose(_ loops: [EventLoop], after delay: () -> Duration) {
        for end in [near!, far!] where loops.contains(where: { $0 === end.loop }) {
            isLost = true
            let survivor = other(than: end)
            network.after(delay(), on: survivor.loop) { survivor.end("connection reset by peer") }
        }
    }

    fileprivate func other(than end: SimulatedTransport) -> SimulatedTransport {
        end === near ? far : near
    }
}

final class SimulatedTransport: Transport {
    var origin: Origin
    let loop: EventLoop
    var receiver: (any TransportReceiver)?
    private let connection: SimulatedConnection
    private let isNear: Bool
    private var isOpen = true
    private var isClosing = false
    /// Bytes that were sent and not yet received by the other end.
    private var outstanding = 0
    private var cutter = FrameCutter()
    private var inbox: [UInt8] = []
    private var isEndComing = false
    private var lastArrival = Uptime(nanoseconds: 0)

    init(_ connection: SimulatedConnection, peer: String, on loop: EventLoop, isNear: Bool) {
        self.connection = connection
        origin = Origin(peer)
        self.loop = loop
        self.isNear = isNear
    }

    var isReading = false {
        didSet { if isReading, !oldValue { connection.network.after(.zero, on: loop) { self.read() } } }
    }

    var unsentCount: Int { max(0, outstanding - SimulatedConnection.windowBytes) }

    func send(_ bytes: UnsafeRawBufferPointer) {
        guard isOpen, !isClosing else { return }
        outstanding += bytes.count
        guard connection.network.interfere != nil else { return sendInPieces(Array(bytes)) }
        for frame in cutter.frames(in: bytes) { send(frame: frame) }
    }

    private func sendInPieces(_ bytes: [UInt8]) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let piece = Array(rest.prefix(connection.network.drawSize(upTo: rest.count)))
            rest = rest.dropFirst(piece.count)
            deliver(piece, after: connection.network.drawLatency(), inOrder: true)
        }
    }

    private func send(frame: [UInt8]) {
        let network = connection.network
        guard let envelope = Envelope(frame: frame), let interfere = network.interfere else {
            return deliver(frame, after: network.drawLatency(), inOrder: true)
        }
        let onTheWay = FrameOnTheWay(connection: connection, isRequestDirection: isNear, envelope: envelope)
        switch interfere(onTheWay) {
        case .deliver: deliver(frame, after: network.drawLatency(), inOrder: true)
        case .drop: outstanding -= frame.count
        case .double:
            outstanding += frame.count
            deliver(frame, after: network.drawLatency(), inOrder: true)
            deliver(frame, after: network.drawLatency(), inOrder: true)
        case .delay(let delay): deliver(frame, after: delay, inOrder: false)
        case .cut: connection.cut()
        }
    }

    private func deliver(_ bytes: [UInt8], after delay: Duration, inOrder: Bool) {
        let network = connection.network
        let other = connection.other(than: self)
        var arrival = network.now + delay
        if inOrder {
            arrival = max(arrival, lastArrival)
            lastArrival = arrival
        }
        network.after(until: arrival, on: other.loop) { other.arrived(bytes) }
    }

    private func arrived(_ bytes: [UInt8]) {
        guard isOpen, !connection.isHalfOpen else { return }
        inbox += bytes
        read()
    }

    private func read() {
        guard isReading, isOpen, let receiver else { return }
        if !inbox.isEmpty {
            let bytes = Array(inbox.prefix(connection.network.largestRead))
            inbox.removeFirst(bytes.count)
            if !inbox.isEmpty { connection.network.after(connection.network.drawLatency(), on: loop) { self.read() } }
            connection.other(than: self).wasTaken(bytes.count)
            bytes.withUnsafeBytes(receiver.didReceive)
        }
        if isEndComing, inbox.isEmpty { end(nil) }
    }

    private func wasTaken(_ count: Int) {
        let wasFull = unsentCount > 0
        outstanding -= count
        guard wasFull, unsentCount == 0 else { return }
        connection.network.after(.zero, on: loop) { self.receiver?.didSend() }
    }

    func close() {
        guard isOpen, !isClosing else { return }
        isClosing = true
        connection.network.after(.zero, on: loop) { self.end(nil) }
    }

    func abort() {
        close()
    }

    func end(_ problem: String?) {
        guard isOpen else { return }
        isOpen = false
        let receiver = receiver
        self.receiver = nil
        receiver?.didClose(problem)
        let other = connection.other(than: self)
        connection.network.after(until: max(connection.network.now, lastArrival), on: other.loop) { other.hearsOfEnd() }
    }

    private func hearsOfEnd() {
        guard !connection.isHalfOpen else { return }
        isEndComing = true
        read()
    }
}
