import Kernel

/// A service that the gateway calls.
enum Peer: String, CaseIterable, Sendable {
    case queue
    case concert
    case wallet

    /// Whom the full name of a method belongs to: `onsale.queue.v1.Queue/Join`.
    init?(method: String) {
        self.init(rawValue: method.split(separator: ".").dropFirst().first.map(String.init) ?? "")
    }

    /// Where the service listens unless told otherwise.
    var home: Address {
        switch self {
        case .queue: .loopback(7001)
        case .concert: .loopback(7002)
        case .wallet: .loopback(7003)
        }
    }

    var flag: Flag<[Address]> {
        Flag(
            "--\(rawValue)", .addresses, "where the \(rawValue) service listens; \(home) if not given",
            variable: "ONSALE_\(rawValue.uppercased())")
    }
}
