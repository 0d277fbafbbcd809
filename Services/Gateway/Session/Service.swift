import Kernel

/// A service that the gateway calls.
enum Service: String, CaseIterable, Sendable {
    case queue
    case concert
    case wallet

    /// The service of a method, from its full name: `onsale.queue.v1.Queue/Join`.
    init?(method: String) {
        self.init(rawValue: method.split(separator: ".").dropFirst().first.map(String.init) ?? "")
    }

    /// The address without a flag or a variable.
    var defaultAddress: Address {
        switch self {
        case .queue: .loopback(7001)
        case .concert: .loopback(7002)
        case .wallet: .loopback(7003)
        }
    }

    var flag: Flag<[Address]> {
        Flag(
            "--\(rawValue)", .addresses, "addresses of the \(rawValue) service; \(defaultAddress) if not given",
            variable: "ONSALE_\(rawValue.uppercased())")
    }
}
