import Glibc
import Kernel

/// Reads the machine's monotonic clock directly.
enum Monotonic {
    static var now: Uptime {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Uptime(nanoseconds: UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec))
    }
}
