import Kernel

/// Counts the frames of a peer that are no requests, because each costs work and none has a limit of its own.
///
/// Each sent frame allows one more. So a client can cancel each call and grant credit for each item, however many there
/// are.
struct FrameAllowance {
    enum Excess {
        case pings, frames
    }

    /// Pings that the peer may send at once. Then one per `minPingInterval`.
    private static let pingBurst = 8
    /// Maximum of frames that a peer earns in advance.
    private static let maxEarned = 64 * 1024

    /// Nil if only pings are limited.
    private let limit: Int?
    private var pings: RateLimiter
    /// Received frames that are no requests, less all sent frames.
    private var unpaired = 0

    init(_ limits: Limits, isServer: Bool) {
        limit = isServer ? limits.unpairedFrames : nil
        pings = RateLimiter(burst: Self.pingBurst, interval: limits.minPingInterval)
    }

    mutating func didSend() {
        unpaired = max(unpaired - 1, -Self.maxEarned)
    }

    /// Counts a received frame. Returns the limit that it exceeds, or nil.
    mutating func excess(with kind: Kind, at now: Uptime) -> Excess? {
        if kind == .request { return nil }
        if let limit {
            unpaired += 1
            if unpaired > limit { return .frames }
        }
        return kind == .ping && !pings.admit(at: now) ? .pings : nil
    }
}
