import CThreads
import Glibc

/// Counts signals. `wait` consumes one, or blocks the thread until one arrives.
package final class CountingSemaphore: Sendable {
    // Sound: several threads may use a sem_t at once.
    private nonisolated(unsafe) let handle: UnsafeMutablePointer<sem_t>

    package init() {
        handle = .allocate(capacity: 1)
        handle.initialize(to: sem_t())
        sem_init(handle, 0, 0)
    }

    deinit {
        sem_destroy(handle)
        handle.deinitialize(count: 1).deallocate()
    }

    /// Safe in a signal handler.
    package func signal() {
        sem_post(handle)
    }

    package func wait() {
        while sem_wait(handle) != 0 && errno == EINTR {}
    }

    /// False if no signal arrived within `timeoutMilliseconds`. A step of the wall clock changes nothing.
    package func wait(timeoutMilliseconds: Int) -> Bool {
        var deadline = timespec()
        clock_gettime(CLOCK_MONOTONIC, &deadline)
        let nanoseconds = deadline.tv_nsec + timeoutMilliseconds % 1000 * 1_000_000
        deadline.tv_sec += timeoutMilliseconds / 1000 + nanoseconds / 1_000_000_000
        deadline.tv_nsec = nanoseconds % 1_000_000_000
        while sem_clockwait(handle, CLOCK_MONOTONIC, &deadline) != 0 {
            if errno != EINTR { return false }
        }
        return true
    }
}
