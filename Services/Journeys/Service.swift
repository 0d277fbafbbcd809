import Kernel
import RPC

/// A service that journeys call.
package enum Service: String, CaseIterable, Sendable {
    case queue
    case concert
    case wallet

    /// The service of a method, from its full name: `onsale.queue.v1.Queue/Join`. Nil for methods of every service.
    package init?(of method: MethodDescription) {
        self.init(rawValue: method.name.split(separator: ".").dropFirst().first.map(String.init) ?? "")
    }

    /// The address on this machine.
    package var defaultAddress: Address {
        switch self {
        case .queue: .loopback(7001)
        case .concert: .loopback(7002)
        case .wallet: .loopback(7003)
        }
    }
}
