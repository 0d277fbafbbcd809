import Kernel

/// One address of a client on one event loop. Connects and reconnects with back-off.
///
///     idle ──connect──▶ connecting ──▶ ready
///      ▲                    │            │ lost, or GOAWAY
///      └── backing off ◀────┘            ▼
///         (with jitter)                 idle
final class ClientPeer: TimerTarget {
    private static let backoff = Backoff(from: .milliseconds(50), upTo: .seconds(5))

    private enum State {
        case idle
        case connecting
        case ready(ClientConnection)
        case backingOff(TimerWheel.Handle, until: Uptime)
        case closed
    }

    let address: Address
    /// A strong reference. The client's shutdown breaks the cycle.
    private let lane: ClientLane
    private let network: any Network
    private var state = State.idle
    private var giveUp: GiveUp?
    private var failuresInARow = 0
    /// Connections that accept no new calls but still have some in flight.
    private var retiring: [ClientConnection] = []

    init(_ address: Address, of lane: ClientLane, network: any Network) {
        self.address = address
        self.lane = lane
        self.network = network
    }

    var ready: ClientConnection? {
        if case .ready(let connection) = state, connection.isOpen { connection } else { nil }
    }

    /// Starts to connect if idle.
    func connect() {
        guard case .idle = state else { return }
        state = .connecting
        let giveUp = network.connect(to: address, on: lane.loop, within: lane.settings.connectTimeout) {
            [self] result in
            self.giveUp = nil
            switch result {
            case .success(let transport): connected(transport)
            case .failure(let error): backOff(after: error)
            }
        }
        if case .connecting = state { self.giveUp = giveUp }
    }

    private func connected(_ transport: any Transport) {
        let connection = ClientConnection(transport, of: self, on: lane.loop, lane.settings)
        state = .ready(connection)
        lane.isReady()
    }

    /// Handles the end of a call or a raised limit of the peer.
    @inline(__always)
    func mayHaveRoom() {
        lane.mayHaveRoom()
    }

    private func backOff(after error: ConnectError) {
        failuresInARow += 1
        let end = lane.loop.uptime + lane.pause(Self.backoff, after: failuresInARow)
        state = .backingOff(lane.loop.startTimer(self, at: end), until: end)
        lane.couldNotConnect(error)
    }

    /// The time of the next attempt after a failure. Nil if connected or connecting.
    var backOffEnds: Uptime? {
        if case .backingOff(_, let end) = state { end } else { nil }
    }

    /// Ends the back-off.
    func timerFired() {
        guard case .backingOff = state else { return }
        state = .idle
        if lane.needsConnection { connect() }
    }

    /// Handles a connection that accepts no new calls.
    func retires(_ connection: ClientConnection) {
        guard case .ready(let current) = state, current === connection else { return }
        retiring.append(connection)
        leave(connection)
        if lane.needsConnection { connect() }
    }

    func closed(_ connection: ClientConnection) {
        retiring.removeAll { $0 === connection }
        if case .ready(let current) = state, current === connection { leave(connection) }
        if lane.needsConnection { connect() }
        lane.endShutdownIfClosed()
    }

    /// Backs off from a peer that only sends GOAWAY, like from an unreachable one.
    private func leave(_ connection: ClientConnection) {
        if connection.hasReceived {
            failuresInARow = 0
            state = .idle
        } else {
            backOff(after: ConnectError(address, "it closes connections immediately"))
        }
    }

    // MARK: The end

    func close() {
        let previous = state
        state = .closed
        switch previous {
        case .idle, .closed: break
        case .connecting: giveUp?()
        case .backingOff(let timer, _): lane.loop.cancelTimer(timer)
        case .ready(let connection):
            retiring.append(connection)
        }
        giveUp = nil
        for connection in retiring { connection.close() }
    }

    var isClosed: Bool {
        if case .closed = state { retiring.isEmpty } else { false }
    }
}
