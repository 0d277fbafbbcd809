import Kernel
import Threads
import WalletDomain

/// Limits wrong passwords and new users per time. Each instance counts for itself, because the few extra attempts after
/// a restart reveal no password.
final class SignInThrottle: Sendable {
    /// `burst` attempts at once, and one more after each `interval`.
    struct Allowance: Sendable {
        let burst: Int64
        let interval: Duration
    }

    /// Wrong passwords for a name, from all addresses.
    static let ofName = Allowance(burst: 10, interval: .seconds(6))
    /// Wrong passwords from an address, for all names.
    static let ofAddress = Allowance(burst: 50, interval: .seconds(1))
    /// New users from an address.
    static let ofSignUps = Allowance(burst: 200, interval: .seconds(1))
    /// Maximum of counted names and addresses. The limit is never reached, because each is dropped within five minutes
    /// and an attempt takes 0.1 s of one of two cores.
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
    /// The time at which the attempts of each key are dropped.
    private let busyUntil = Lock<[Key: Uptime]>([:])

    init(_ clock: any Clock) {
        self.clock = clock
    }

    /// Begins an attempt. It counts as wrong until `giveBack`, so that simultaneous attempts do not exceed the limit.
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

    /// Returns the address without the port, because each connection has another port.
    private static func address(of peer: String) -> Substring {
        peer.lastIndex(of: ":").map { peer[..<$0] } ?? peer[...]
    }
}
