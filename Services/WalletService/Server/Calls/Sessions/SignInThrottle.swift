import Kernel
import Threads
import WalletDomain

/// Limits wrong passwords and new users per time. Each instance counts for itself, because the few extra attempts after
/// a restart reveal no password.
final class SignInThrottle: Sendable {
    /// Wrong passwords for a name, from all addresses.
    static let ofName = RateLimiter(burst: 10, interval: .seconds(6))
    /// Wrong passwords from an address, for all names.
    static let ofAddress = RateLimiter(burst: 50, interval: .seconds(1))
    /// New users from an address.
    static let ofSignUps = RateLimiter(burst: 200, interval: .seconds(1))
    /// The time after which a caller tries again if too many names and addresses are counted.
    private static let waitForRoom = Duration.seconds(6)
    /// Maximum of counted names and addresses. The limit is never reached. Each is dropped within five minutes, and an
    /// attempt takes 0.1 s of one of two cores.
    static let capacity = 65_536

    struct Attempt: Sendable {
        fileprivate let keys: [Key]
    }

    fileprivate enum Key: Hashable, Sendable {
        case name(UserName)
        case address(Substring)
        case signUps(Substring)

        var limiter: RateLimiter {
            switch self {
            case .name: SignInThrottle.ofName
            case .address: SignInThrottle.ofAddress
            case .signUps: SignInThrottle.ofSignUps
            }
        }
    }

    private let clock: any Clock
    private let limiters = Lock<[Key: RateLimiter]>([:])

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
        limiters.withLock { limiters in
            for key in attempt.keys { limiters[key]?.giveBack() }
        }
    }

    func admitSignUp(from peer: String) throws(WalletRefusal) {
        try take(Attempt(keys: [.signUps(Self.address(of: peer))]))
    }

    private func take(_ attempt: Attempt) throws(WalletRefusal) {
        let now = clock.uptime
        let wait = limiters.withLock { limiters -> Duration? in
            if limiters.count + attempt.keys.count > Self.capacity {
                limiters = limiters.filter { !$0.value.isIdle(at: now) }
            }
            guard limiters.count + attempt.keys.count <= Self.capacity else { return Self.waitForRoom }
            for key in attempt.keys {
                if let wait = limiters[key, default: key.limiter].wait(at: now) { return wait }
            }
            for key in attempt.keys { limiters[key, default: key.limiter].count(at: now) }
            return nil
        }
        if let wait { throw .tooManyTries(retryAfter: wait) }
    }

    /// Returns the address without the port, because each connection has another port.
    static func address(of peer: String) -> Substring {
        peer.lastIndex(of: ":").map { peer[..<$0] } ?? peer[...]
    }
}
