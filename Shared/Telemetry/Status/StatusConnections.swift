import Glibc
import Kernel
import Threads

/// The open connections of the status port. It closes slow ones, and the oldest ones if too many are open. So the
/// newest request is always answered.
final class StatusConnections: Sendable {
    struct Limits: Sendable {
        /// Maximum of open connections. The library accepts no more.
        var total: Int
        /// Maximum of open connections from one address.
        var perAddress = 64
        /// Maximum time from accepting the connection to the last byte of the answer.
        var request = Duration.seconds(10)

        /// Limits by the open-files limit of the process. The other files are for calls and the database.
        static func forThisProcess() -> Limits {
            Limits(total: max(16, min(1024, SystemLimits.files / 8)))
        }

        /// From this number on the oldest connection is closed, so that the library never stops accepting.
        var crowded: Int { max(1, total - total / 8) }
    }

    private struct Connection {
        let address: String
        /// Numbers connections in the order of acceptance.
        let serial: Int
        let openedAt: Uptime
        /// True after our shutdown. The connection stays in the table until the library has closed the descriptor.
        var isEnding = false
    }

    private struct State {
        /// The key is the descriptor. An entry exists only while the descriptor belongs to the connection, so no other
        /// file is shut down.
        var open: [Int32: Connection] = [:]
        var accepted = 0
        var ended = 0
    }

    let limits: Limits
    private let state = Lock(State())

    init(_ limits: Limits) {
        self.limits = limits
    }

    /// The number of connections that were closed because they were slow or too many.
    var endedCount: Int { state.withLock { $0.ended } }

    /// The number of open connections, including those that are being closed.
    var openCount: Int { state.withLock { $0.open.count } }

    func opened(_ descriptor: Int32, from address: String, at now: Uptime) {
        state.withLock { state in
            state.accepted += 1
            state.open[descriptor] = Connection(address: address, serial: state.accepted, openedAt: now)
            let open = state.open.filter { !$0.value.isEnding }
            let neighbours = open.filter { $0.value.address == address }
            if neighbours.count > limits.perAddress {
                Self.endOldest(of: neighbours, &state)
            } else if open.count > limits.crowded {
                Self.endOldest(of: open, &state)
            }
        }
    }

    /// Called before the library closes the descriptor.
    func closed(_ descriptor: Int32) {
        state.withLock { state in state.open[descriptor] = nil }
    }

    func endLate(at now: Uptime) {
        state.withLock { state in
            for (descriptor, connection) in state.open
            where !connection.isEnding && now - connection.openedAt >= limits.request {
                Self.end(descriptor, &state)
            }
        }
    }

    private static func endOldest(of connections: [Int32: Connection], _ state: inout State) {
        guard let oldest = connections.min(by: { $0.value.serial < $1.value.serial }) else { return }
        end(oldest.key, &state)
    }

    /// Shuts the socket down. The library then reads the end of the connection and closes it.
    private static func end(_ descriptor: Int32, _ state: inout State) {
        shutdown(descriptor, Int32(SHUT_RDWR))
        state.open[descriptor]?.isEnding = true
        state.ended += 1
    }
}
