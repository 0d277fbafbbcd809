import CThreads
import Glibc
import Kernel
// Optimized builds need this module, because the compiler finds `timespec` in it first.
import SwiftOverlayShims

/// The time of the machine. The wall time steps if an operator or NTP sets it, so services use `ServiceClock`.
package struct SystemClock: Clock {
    /// Longest single sleep. Longer waits are split, so that no sum of times overflows.
    private static let longestSleep = Duration.hours(1)

    package init() {}

    package var now: Timestamp {
        let time = Self.time(of: CLOCK_REALTIME)
        return Timestamp(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
    }

    package var uptime: Uptime {
        let time = Self.time(of: CLOCK_MONOTONIC)
        return Uptime(nanoseconds: UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec))
    }

    /// Time since the start of the machine, including suspension. `uptime` does not count suspension.
    package static var sinceBoot: Uptime {
        let time = time(of: CLOCK_BOOTTIME)
        return Uptime(nanoseconds: UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec))
    }

    package func sleep(until deadline: Uptime) async throws(CancellationError) {
        do {
            try Task.checkCancellation()
            while uptime < deadline {
                try await Task.sleep(for: min(deadline - uptime, Self.longestSleep))
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
