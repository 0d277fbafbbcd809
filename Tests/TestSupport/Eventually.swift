import Glibc
import Threads

/// Maximum time that a test waits for a condition: far longer than the busiest machine needs.
package enum Patience {
    package static let milliseconds = 60_000

    package struct Over: Error, CustomStringConvertible {
        package let description: String

        package init(_ description: String) {
            self.description = description
        }
    }
}

/// Returns when other threads have made the condition true. Waits on a separate thread.
package func eventually(_ what: String, _ isTrue: @escaping @Sendable () -> Bool) async throws {
    try await onThread {
        for _ in 0..<Patience.milliseconds {
            if isTrue() { return }
            usleep(1000)
        }
        throw Patience.Over("not true after a minute: \(what)")
    }
}

extension CountingSemaphore {
    /// Returns after `count` signals. Waits on a separate thread.
    package func signals(_ count: Int) async throws {
        try await onThread { [self] in
            for number in 1...count where !wait(timeoutMilliseconds: Patience.milliseconds) {
                throw Patience.Over("signal \(number) of \(count) did not come within a minute")
            }
        }
    }
}
