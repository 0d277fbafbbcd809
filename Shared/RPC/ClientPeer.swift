import Kernel

/// One address of a client on one loop: how its connection comes about, and comes back.
///
///     idle ──connect──▶ connecting ──▶ ready
///      ▲                    │            │ lost, or GOAWAY
///      └──── resting ◀──────┘            ▼
///              (backoff with jitter)    idle
final class ClientPeer: TimerTarget {
    private static let firstRest = Duration.milliseconds(50)
    private static let longestRest = Duration.seconds(5)

    private enum State {
        case idle
        case connecting
        case ready(ClientConnection)
        case resting(TimerWheel.Handle, until: Uptime)
        case closed
    }

    let address: Address
    /// Keeps the lane until it has been shut down, which its client sees to.
    private let lane: ClientLane
    private let network: any Network
    private var state = State.idle
    private var giveUp: GiveUp?
    private var failuresInARow = 0
    /// Connections that take no new calls but still have some under way.
    private var retiring: [ClientConnection] = []

    init(_ address: Address, of lane: ClientLane, network: any Network) {
        self.address = address
        self.lane = lane
        self.network = network
    }

    var ready: ClientConnection? {
        if case .ready(let connection) = state, connection.isOpen { connection } else { nil }
    }

    /// Begins to connect, unless it is about to anyway.
    func connect() {
        guard case .idle = state else { return }
        state = .connecting
        let giveUp = network.connect(to: address, on: lane.loop, within: lane.settings.connectTimeout) {
            [self] result in
            self.giveUp = nil
            switch result {
            case .success(let transport): connected(transport)
            case .failure(let error): rest(after: error)
            }
        }
        if case .connecting = state { self.giveUp = giveUp }
    }

    private func connected(_ transport: any Transport) {
        let connection = ClientConnection(transport, of: self, on: lane.loop, lane.settings)
        state = .ready(connection)
        lane.isReady()
    }

    /// A call has ended, or the peer takes more than before.
    @inline(__always)
    func mayHaveRoom() {
        lane.mayHaveRoom()
    }

    private func rest(after error: ConnectError) {
        failuresInARow += 1
        let rest = min(Self.longestRest, Self.firstRest * (1 << min(failuresInARow - 1, 10)))
        let end = lane.loop.uptime + rest / 2 + lane.jitter(upTo: rest / 2)
        state = .resting(lane.loop.startTimer(self, at: end), until: end)
        lane.couldNotConnect(error)
    }

    /// When a peer that could not be reached is tried again; nil for one that is, or may soon be, connected.
    var restEnds: Uptime? {
        if case .resting(_, let end) = state { end } else { nil }
    }

    /// Rested enough.
    func timerFired() {
        guard case .resting = state else { return }
        state = .idle
        if lane.needsConnection { connect() }
    }

    /// The connection takes no new calls.
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

    /// A peer that only ever says good-bye is given a rest, like one that cannot be reached.
    private func leave(_ connection: ClientConnection) {
        if connection.wasHeard {
            failuresInARow = 0
            state = .idle
        } else {
            rest(after: ConnectError(address, "it ends connections at once"))
        }
    }

    // MARK: The end

    func close() {
        let previous = state
        state = .closed
        switch previous {
        case .idle, .closed: break
        case .connecting: giveUp?()
        case .resting(let timer, _): lane.loop.cancelTimer(timer)
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
