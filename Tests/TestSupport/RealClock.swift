import Glibc
import Kernel

/// The machine's clocks, for tests in which real threads and servers wait for each other.
package struct RealClock: Clock {
    package init() {}

    package var now: Timestamp {
        let time = Self.read(CLOCK_REALTIME)
        return Timestamp(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
    }

    package var uptime: Uptime {
        let time = Self.read(CLOCK_MONOTONIC)
        return Uptime(nanoseconds: UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec))
    }

    package func sleep(until deadline: Uptime) async throws(CancellationError) {
        do {
            try await Task.sleep(for: deadline - uptime)
        } catch {
            throw CancellationError()
        }
    }

    private static func read(_ clock: clockid_t) -> timespec {
        var time = timespec()
        clock_gettime(clock, &time)
        return time
    }
}
