import Glibc
import Kernel
import Threads

/// The open connections of the status port. It ends those that take too long, and the oldest ones when too many are open,
/// so that the newest request is always answered.
final class StatusConnections: Sendable {
    struct Limits: Sendable {
        /// Connections at once. The library accepts none beyond it.
        var total: Int
        /// Connections at once from one address.
        var perAddress = 64
        /// From the accepted connection to the last byte of the answer.
        var request = Duration.seconds(10)

        /// A part of the files that the process may open: the others are for calls and for the database.
        static func forThisProcess() -> Limits {
            Limits(total: max(16, min(1024, SystemLimits.files / 8)))
        }

        /// From here on the oldest connection makes room, so that the library never stops accepting.
        var crowded: Int { max(1, total - total / 8) }
    }

    private struct Connection {
        let address: [UInt8]
        /// In the order in which they were accepted.
        let serial: Int
        let openedAt: Uptime
        /// Shut down by us. It stays until the library has closed the descriptor.
        var isEnding = false
    }

    private struct State {
        /// By descriptor. A descriptor is here for as long as it belongs to the connection, so no other file is shut down.
        var open: [Int32: Connection] = [:]
        var accepted = 0
        var ended = 0
    }

    let limits: Limits
    private let state = Lock(State())

    init(_ limits: Limits) {
        self.limits = limits
    }

    /// How many connections were ended because they took too long or were too many.
    var endedCount: Int { state.withLock { $0.ended } }

    /// How many connections are open, those that are being ended included.
    var openCount: Int { state.withLock { $0.open.count } }

    func opened(_ descriptor: Int32, from address: [UInt8], at now: Uptime) {
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

    /// Before the library closes the descriptor.
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

    /// The library then reads the end of the connection, and closes it.
    private static func end(_ descriptor: Int32, _ state: inout State) {
        shutdown(descriptor, Int32(SHUT_RDWR))
        state.open[descriptor]?.isEnding = true
        state.ended += 1
    }
}
