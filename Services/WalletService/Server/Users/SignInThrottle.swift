import Kernel
import Threads
import WalletDomain

/// How often somebody may try: who guesses passwords waits. Each program counts for itself, since a restart that forgives
/// a few tries gives no password away.
final class SignInThrottle: Sendable {
    /// So many at once, and one more each time `interval` has passed.
    struct Allowance: Sendable {
        let burst: Int64
        let interval: Duration
    }

    /// Wrong passwords of a name, from wherever.
    static let ofName = Allowance(burst: 10, interval: .seconds(6))
    /// Wrong passwords from an address, whatever the name.
    static let ofAddress = Allowance(burst: 50, interval: .seconds(1))
    /// New users from an address.
    static let ofSignUps = Allowance(burst: 200, interval: .seconds(1))
    /// Names and addresses that are counted. Each is forgotten within five minutes, and a try takes a tenth of a second of
    /// two cores, so there are never as many.
    static let capacity = 65_536

    struct Attempt: Sendable {
        fileprivate let keys: [Key]
    }

    fileprivate enum Key: Hashable, Sendable {
        case name(UserName)
        case address(Substring)
        case signUps(Substring)

        var allowance: Allowance {
            switch self {
            case .name: SignInThrottle.ofName
            case .address: SignInThrottle.ofAddress
            case .signUps: SignInThrottle.ofSignUps
            }
        }
    }

    private let clock: any Clock
    /// When the tries of each are forgotten.
    private let busyUntil = Lock<[Key: Uptime]>([:])

    init(_ clock: any Clock) {
        self.clock = clock
    }

    /// Counts as a wrong try until it is given back, so that many at once are no more than many in a row.
    func begin(_ name: UserName, from peer: String) throws(WalletRefusal) -> Attempt {
        let attempt = Attempt(keys: [.name(name), .address(Self.address(of: peer))])
        try take(attempt)
        return attempt
    }

    func giveBack(_ attempt: Attempt) {
        busyUntil.withLock { busyUntil in
            for key in attempt.keys {
                if let end = busyUntil[key] { busyUntil[key] = end + (.zero - key.allowance.interval) }
            }
        }
    }

    func admitSignUp(from peer: String) throws(WalletRefusal) {
        try take(Attempt(keys: [.signUps(Self.address(of: peer))]))
    }

    private func take(_ attempt: Attempt) throws(WalletRefusal) {
        let now = clock.uptime
        let wait = busyUntil.withLock { busyUntil -> Duration? in
            if busyUntil.count + attempt.keys.count > Self.capacity { busyUntil = busyUntil.filter { $0.value > now } }
            guard busyUntil.count + attempt.keys.count <= Self.capacity else { return Self.ofName.interval }
            var ends: [(key: Key, end: Uptime)] = []
            for key in attempt.keys {
                let end = max(busyUntil[key] ?? now, now) + key.allowance.interval
                let excess = end - now - key.allowance.interval * key.allowance.burst
                if excess > .zero { return excess }
                ends.append((key, end))
            }
            for (key, end) in ends { busyUntil[key] = end }
            return nil
        }
        if let wait { throw .tooManyTries(retryAfter: wait) }
    }

    /// Without the port, which is another one for each connection.
    private static func address(of peer: String) -> Substring {
        peer.lastIndex(of: ":").map { peer[..<$0] } ?? peer[...]
    }
}
