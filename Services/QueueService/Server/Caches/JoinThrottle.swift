import Kernel
import Threads

/// Limits the joins of each account and of each network per time. Each instance counts for itself and keeps nothing, because
/// the few extra joins after a restart take no place from anyone.
final class JoinThrottle: Sendable {
    /// A user joins once, and again on other devices, or after an answer was lost.
    static let ofAccount = (burst: 60, interval: Duration.seconds(1))
    /// Thousands of buyers can be behind one address of a company or of a mobile network.
    static let ofNetwork = (burst: 2000, interval: Duration.milliseconds(20))

    enum Limit: Equatable, Sendable {
        case account(Duration)
        case network(Duration)
    }

    private struct State {
        /// By the fingerprints of the users.
        var accounts = RecentLimiters<UInt64>(burst: ofAccount.burst, interval: ofAccount.interval)
        var networks = RecentLimiters<String>(burst: ofNetwork.burst, interval: ofNetwork.interval)
    }

    private let clock: any Clock
    private let state = Lock(State())

    init(_ clock: any Clock) {
        self.clock = clock
    }

    /// Counts a join that both limits admit. Otherwise returns the limit that refuses it, with the time until it is admitted. A
    /// network is nil for callers without a limit per network.
    func take(_ user: UserID, from network: String?) -> Limit? {
        let now = clock.uptime
        return state.withLock { state in
            if let wait = state.accounts.take(user.fingerprint, at: now) { return .account(wait) }
            guard let wait = network.flatMap({ state.networks.take($0, at: now) }) else { return nil }
            // Otherwise a crowd behind one address would use up the joins of each of its users.
            state.accounts.giveBack(user.fingerprint)
            return .network(wait)
        }
    }
}

/// The limiters of the keys that came last. Other keys have their whole burst.
///
/// Two generations bound the memory: the younger one becomes the older one when it is full. So many keys push out those that
/// no longer come, and never refuse another key. The limits of passwords (`SignInThrottle` of WalletService) refuse new keys
/// instead, because a key that was pushed out could guess again.
struct RecentLimiters<Key: Hashable & Sendable>: Sendable {
    /// Maximum of keys of a generation.
    static var capacity: Int { 32_768 }

    private let new: RateLimiter
    // Only the state of each limiter: each join makes one, and reads them on random pages.
    private var younger: [Key: Uptime] = [:]
    private var older: [Key: Uptime] = [:]

    init(burst: Int, interval: Duration) {
        new = RateLimiter(burst: burst, interval: interval)
    }

    var count: Int { younger.count + older.count }

    /// Counts an event. Returns the time until it is admitted, or nil if it is.
    mutating func take(_ key: Key, at now: Uptime) -> Duration? {
        if younger.count >= Self.capacity {
            swap(&younger, &older)
            younger.removeAll(keepingCapacity: true)
        }
        let (new, older) = (new, older)
        return Self.take(&younger[key, default: older[key] ?? new.busyUntil], new, at: now)
    }

    private static func take(_ busyUntil: inout Uptime, _ new: RateLimiter, at now: Uptime) -> Duration? {
        var limiter = new
        limiter.busyUntil = busyUntil
        let wait = limiter.wait(at: now)
        if wait == nil { limiter.count(at: now) }
        busyUntil = limiter.busyUntil
        return wait
    }

    /// Takes back the event that `take` has just admitted.
    mutating func giveBack(_ key: Key) {
        var limiter = new
        limiter.busyUntil = younger[key] ?? new.busyUntil
        limiter.giveBack()
        younger[key] = limiter.busyUntil
    }
}
