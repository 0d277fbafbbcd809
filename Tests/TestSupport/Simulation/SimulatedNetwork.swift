import Kernel
import RPC
import Threads

/// A network inside one thread. Connections have latency, and tests inject faults.
package final class SimulatedNetwork: Network, @unchecked Sendable {
    // Sound because only the simulation's one thread uses it.

    /// The source of random latencies and random cuts of the bytes.
    private var random: SeededGenerator
    private let clock: ManualClock
    private var listeners: [Address: SimulatedListener] = [:]
    private var nextPort: UInt16 = 20_000
    private var deliveries: [Delivery] = []
    private var sequence: UInt64 = 0
    package private(set) var connections: [SimulatedConnection] = []

    package var latency: ClosedRange<Duration> = .microseconds(50) ... .milliseconds(1)
    /// Maximum of bytes that an end reads at once. It reads the next ones after a latency.
    package var largestRead = Int.max
    /// Returns the interference with each frame. While nil, bytes arrive in order but in pieces of any size.
    package var interfere: ((FrameOnTheWay) -> Interference)?
    /// Addresses that cannot be reached although a server listens there.
    package var unreachable: Set<Address> = []
    /// Addresses that answer nothing, not even a refusal.
    package var silent: Set<Address> = []
    /// The number of attempts to connect.
    package private(set) var connectCount = 0

    private struct Delivery {
        let time: Uptime
        let sequence: UInt64
        let act: () -> Void
    }

    init(seed: UInt64, clock: ManualClock) {
        random = SeededGenerator(seed: seed)
        self.clock = clock
    }

    // MARK: Network

    @discardableResult
    package func connect(
        to address: Address, on loop: EventLoop, within timeout: Duration,
        completion: @escaping (Result<any Transport, ConnectError>) -> Void
    ) -> GiveUp {
        connectCount += 1
        var isWanted = true
        after(silent.contains(address) ? timeout : drawLatency(), on: loop) { [self] in
            guard isWanted else { return }
            guard !silent.contains(address) else {
                return completion(.failure(ConnectError(address, "no answer in time")))
            }
            guard let listener = listeners[address], !unreachable.contains(address) else {
                return completion(.failure(ConnectError(address, "nothing listens there")))
            }
            let connection = SimulatedConnection(to: address, from: loop, at: listener.nextLoop(), on: self)
            connections.append(connection)
            let far = connection.far!
            after(.zero, on: far.loop) { listener.accept(far, far.loop) }
            completion(.success(connection.near!))
        }
        return { isWanted = false }
    }

    package func listen(
        on address: Address, loops: [EventLoop], accept: @escaping @Sendable (any Transport, EventLoop) -> Void
    ) throws(ListenError) -> any Listener {
        var address = address
        if address.port == 0 {
            nextPort += 1
            address = Address(host: address.host, port: nextPort)
        }
        if listeners[address] != nil { throw ListenError(address, "another program is using it") }
        let listener = SimulatedListener(address, loops: loops, accept: accept, network: self)
        listeners[address] = listener
        return listener
    }

    func close(_ listener: SimulatedListener) {
        listeners[listener.address] = nil
    }

    /// Removes everything on these loops.
    func lose(_ loops: [EventLoop], noticedWithin delay: Duration) {
        listeners = listeners.filter { !$0.value.isOn(loops) }
        for connection in connections { connection.lose(loops) { drawDelay(upTo: delay) } }
        connections.removeAll { $0.isLost }
    }

    // MARK: Time

    func drawLatency() -> Duration {
        let range = (latency.lowerBound.microseconds...latency.upperBound.microseconds)
        return .microseconds(Int64.random(in: range, using: &random))
    }

    func drawDelay(upTo delay: Duration) -> Duration {
        .microseconds(Int64.random(in: 0...delay.microseconds, using: &random))
    }

    func drawSize(upTo count: Int) -> Int {
        Int.random(in: 1...count, using: &random)
    }

    func after(_ delay: Duration, on loop: EventLoop, _ act: @escaping () -> Void) {
        after(until: clock.uptime + delay, on: loop, act)
    }

    func after(until time: Uptime, on loop: EventLoop, _ act: @escaping () -> Void) {
        sequence += 1
        let act = UncheckedAct(act)
        deliveries.append(Delivery(time: time, sequence: sequence) { loop.execute { act.run() } })
    }

    var now: Uptime { clock.uptime }

    /// Delivers all due events. Returns true if there was one.
    func deliverDue() -> Bool {
        let now = clock.uptime
        guard deliveries.contains(where: { $0.time <= now }) else { return false }
        let due = deliveries.filter { $0.time <= now }
        deliveries.removeAll { $0.time <= now }
        for delivery in due.sorted(by: { ($0.time, $0.sequence) < ($1.time, $1.sequence) }) { delivery.act() }
        return true
    }

    var nextDelivery: Uptime? { deliveries.map(\.time).min() }
}

/// An action on a loop of the simulation.
private struct UncheckedAct: @unchecked Sendable {
    // Sound because the simulation has one thread.

    let run: () -> Void

    init(_ run: @escaping () -> Void) {
        self.run = run
    }
}

final class SimulatedListener: Listener, @unchecked Sendable {
    // Sound because only the simulation's one thread uses it.

    let address: Address
    let accept: @Sendable (any Transport, EventLoop) -> Void
    private let loops: [EventLoop]
    private let network: SimulatedNetwork
    private var turn = 0

    init(
        _ address: Address, loops: [EventLoop], accept: @escaping @Sendable (any Transport, EventLoop) -> Void,
        network: SimulatedNetwork
    ) {
        self.address = address
        self.loops = loops
        self.accept = accept
        self.network = network
    }

    func nextLoop() -> EventLoop {
        turn += 1
        return loops[turn % loops.count]
    }

    func isOn(_ loops: [EventLoop]) -> Bool {
        self.loops.contains { loop in loops.contains { $0 === loop } }
    }

    func close() async {
        network.close(self)
    }
}

/// A frame that the network is about to deliver, as a proxy sees it.
package struct FrameOnTheWay {
    package let connection: SimulatedConnection
    /// True from the connecting side to the listening side.
    package let isRequestDirection: Bool
    package let envelope: Envelope
}

package enum Interference {
    case deliver
    case drop
    case double
    /// Later frames overtake it.
    case delay(Duration)
    /// The connection breaks instead, and both ends are notified.
    case cut
}

extension Duration {
    fileprivate var microseconds: Int64 { components.seconds * 1_000_000 + components.attoseconds / 1_000_000_000_000 }
}
