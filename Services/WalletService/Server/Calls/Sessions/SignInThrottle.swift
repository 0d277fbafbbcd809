import Kernel
import Threads
import WalletDomain

/// Limits wrong passwords and new users per time. Each instance counts for itself, because the few extra attempts after
/// a restart reveal no password.
final class SignInThrottle: Sendable {
    /// Something that is limited.
    enum Key: Hashable, Sendable {
        /// Wrong passwords from a network, for all names, and requests that get a puzzle.
        case network(String)
        /// Wrong passwords for a name, from networks without a limit of their own.
        case name(UserName)
        /// Wrong passwords for a name from a network that the user has signed in from.
        case known(UserName, String)
        /// New users from a network.
        case signUps(String)

        fileprivate var limiter: RateLimiter {
            switch self {
            case .network: RateLimiter(burst: 50, interval: .seconds(1))
            case .name, .known: RateLimiter(burst: 10, interval: .seconds(6))
            case .signUps: RateLimiter(burst: 200, interval: .seconds(1))
            }
        }
    }

    /// Maximum of counted keys. Idle ones are dropped when it is reached, at most once a second because that takes a few
    /// milliseconds. The limit of new keys is never reached: most keys are idle after six seconds.
    static let capacity = 65_536
    private static let pauseOfDrops = Duration.seconds(1)

    private struct State {
        var limiters: [Key: RateLimiter] = [:]
        var nextDrop = Uptime(nanoseconds: 0)

        /// Returns false if there is no room for another key.
        mutating func makeRoom(for key: Key, _ now: Uptime) -> Bool {
            guard limiters.count >= SignInThrottle.capacity, limiters[key] == nil else { return true }
            if now >= nextDrop {
                limiters = limiters.filter { !$0.value.isIdle(at: now) }
                nextDrop = now + SignInThrottle.pauseOfDrops
            }
            return limiters.count < SignInThrottle.capacity
        }
    }

    private let clock: any Clock
    private let state = Lock(State())

    init(_ clock: any Clock) {
        self.clock = clock
    }

    /// Counts an attempt as wrong until `giveBack`, so that simultaneous attempts do not exceed the limit. Returns the time
    /// until it is admitted, or nil if it is.
    func take(_ key: Key) -> Duration? {
        let now = clock.uptime
        return state.withLock { state in
            guard state.makeRoom(for: key, now) else { return Self.pauseOfDrops }
            if let wait = state.limiters[key, default: key.limiter].wait(at: now) { return wait }
            state.limiters[key, default: key.limiter].count(at: now)
            return nil
        }
    }

    func giveBack(_ key: Key) {
        state.withLock { $0.limiters[key]?.giveBack() }
    }
}
