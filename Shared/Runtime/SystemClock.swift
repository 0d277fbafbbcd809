import Glibc
import Kernel
// Optimized builds look for `timespec` there, where the compiler first met it.
import SwiftOverlayShims

/// The time of the machine. Its wall time steps when somebody sets it: a service uses `ServiceClock`.
package struct SystemClock: Clock {
    /// Longer waits are cut into pieces of this, so that no sum of times overflows below.
    private static let longestNap = Duration.hours(1)

    package init() {}

    package var now: Timestamp {
        let time = Self.time(of: CLOCK_REALTIME)
        return Timestamp(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
    }

    package var uptime: Uptime {
        let time = Self.time(of: CLOCK_MONOTONIC)
        return Uptime(nanoseconds: UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec))
    }

    /// Time since the machine was started, also while it was suspended: `uptime` stands still then.
    package static var sinceBoot: Uptime {
        let time = time(of: CLOCK_BOOTTIME)
        return Uptime(nanoseconds: UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec))
    }

    package func sleep(until deadline: Uptime) async throws(CancellationError) {
        do {
            try Task.checkCancellation()
            while uptime < deadline {
                try await Task.sleep(for: min(deadline - uptime, Self.longestNap))
            }
        } catch {
            throw CancellationError()
        }
    }

    private static func time(of clock: clockid_t) -> timespec {
        var time = timespec()
        clock_gettime(clock, &time)
        return time
    }
}
