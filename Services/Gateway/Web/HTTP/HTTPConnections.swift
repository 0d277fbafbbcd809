import Glibc
import Kernel
import RPC
import Threads

/// The open connections, with the time limit of each phase.
///
///     idle ──target──▶ receiving ──complete──▶ handling ──answer──▶ sending ──read──▶ idle
///
/// A late connection is shut down, which the library notices. A connection whose request is handled stays open, because
/// the library must not lose a suspended connection. Instead, its task is cancelled.
final class HTTPConnections: Sendable {
    enum Phase: Sendable {
        case idle
        case receiving
        case handling(Task<Void, Never>?)
        case sending
    }

    private struct Connection {
        let network: String?
        /// The daemon of the connection.
        let group: Int
        var phase = Phase.idle
        var deadline: Uptime
        /// True after our shutdown. The connection stays in the table until the library has closed the descriptor.
        var isEnding = false
    }

    private struct State {
        /// The key is the descriptor. An entry exists only while the descriptor belongs to the connection, so no other
        /// file is shut down.
        var open: [Int32: Connection] = [:]
        /// Admitted connections, also before the library has them.
        var admitted = 0
        var networks: [String: Int] = [:]
        /// Admitted connections of each daemon.
        var groups: [Int: Int] = [:]
        /// Groups that take no further requests.
        var retired: Set<Int> = []
    }

    let limits: HTTPLimits
    private let clock: any Clock
    private let state = Lock(State())

    init(_ limits: HTTPLimits, clock: any Clock) {
        self.limits = limits
        self.clock = clock
    }

    /// The unit for the limit per network. Nil for this machine, where a proxy without PROXY headers may run.
    static func network(of client: Address) -> String? {
        client.isLoopback ? nil : Origin(client.description).network
    }

    enum Admission: String {
        case admitted
        case tooMany = "too_many"
        case tooManyOfNetwork = "too_many_of_network"
    }

    /// Counts a connection before a daemon of the library gets it.
    func admit(from client: Address, to group: Int) -> Admission {
        let network = Self.network(of: client)
        return state.withLock { state in
            guard state.admitted < limits.connections else { return .tooMany }
            if let network {
                guard state.networks[network, default: 0] < limits.connectionsPerNetwork else {
                    return .tooManyOfNetwork
                }
                state.networks[network, default: 0] += 1
            }
            state.admitted += 1
            state.groups[group, default: 0] += 1
            return .admitted
        }
    }

    /// Undoes `admit` for a connection that the library has refused.
    func refused(_ client: Address, by group: Int) {
        state.withLock { Self.forget(Self.network(of: client), group, &$0) }
    }

    func opened(_ descriptor: Int32, from client: Address, in group: Int) {
        let deadline = clock.uptime + limits.idle
        state.withLock { state in
            state.open[descriptor] = Connection(network: Self.network(of: client), group: group, deadline: deadline)
        }
    }

    /// Called before the library closes the descriptor.
    func closed(_ descriptor: Int32) {
        state.withLock { state in
            guard let connection = state.open.removeValue(forKey: descriptor) else { return }
            Self.forget(connection.network, connection.group, &state)
        }
    }

    private static func forget(_ network: String?, _ group: Int, _ state: inout State) {
        state.admitted -= 1
        state.groups[group, default: 1] -= 1
        guard let network, let count = state.networks[network] else { return }
        state.networks[network] = count == 1 ? nil : count - 1
    }

    /// Begins a phase and its time limit. An idle connection of a retired group ends.
    func enter(_ phase: Phase, _ descriptor: Int32) {
        let limit =
            switch phase {
            case .idle: limits.idle
            case .receiving, .sending: limits.transfer
            case .handling: limits.handling
            }
        let deadline = clock.uptime + limit
        state.withLock { state in
            state.open[descriptor]?.phase = phase
            state.open[descriptor]?.deadline = deadline
            if case .idle = phase, let group = state.open[descriptor]?.group, state.retired.contains(group) {
                Self.end(descriptor, &state)
            }
        }
    }

    /// Lets `endLate` cancel the task that handles the request of a connection.
    func attach(_ task: Task<Void, Never>, to descriptor: Int32) {
        state.withLock { state in
            guard case .handling = state.open[descriptor]?.phase else { return }
            state.open[descriptor]?.phase = .handling(task)
        }
    }

    /// Ends the late connections, and cancels the late tasks.
    func endLate() {
        let now = clock.uptime
        end { now >= $0.deadline }
    }

    /// Ends the idle connections of a group now, and each other one after its answer.
    func retire(_ group: Int) {
        _ = state.withLock { $0.retired.insert(group) }
        end { connection in
            guard connection.group == group, case .idle = connection.phase else { return false }
            return true
        }
    }

    /// Ends all connections of a group and cancels their tasks.
    func endAll(of group: Int) { end { $0.group == group } }

    func isRetired(_ group: Int) -> Bool { state.withLock { $0.retired.contains(group) } }

    /// The number of connections of a group, also of those that the library has not opened yet.
    func count(of group: Int) -> Int { state.withLock { $0.groups[group, default: 0] } }

    var count: Int { state.withLock { $0.open.count } }

    private func end(where isOver: (Connection) -> Bool) {
        state.withLock { state in
            for (descriptor, connection) in state.open where !connection.isEnding && isOver(connection) {
                if case .handling(let task) = connection.phase {
                    task?.cancel()
                } else {
                    Self.end(descriptor, &state)
                }
            }
        }
    }

    private static func end(_ descriptor: Int32, _ state: inout State) {
        shutdown(descriptor, Int32(SHUT_RDWR))
        state.open[descriptor]?.isEnding = true
    }
}
