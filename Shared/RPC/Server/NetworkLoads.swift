import Threads

/// The number of open connections of each network.
final class NetworkLoads: Sendable {
    private let counts = Lock<[String: Int]>([:])

    /// Counts a connection. Returns the new number of connections of its network.
    func enter(_ network: String) -> Int {
        counts.withLock { counts in
            counts[network, default: 0] += 1
            return counts[network, default: 0]
        }
    }

    func leave(_ network: String) {
        counts.withLock { counts in
            let left = counts[network, default: 1] - 1
            counts[network] = left > 0 ? left : nil
        }
    }
}
