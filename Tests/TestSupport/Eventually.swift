import Glibc
import Threads

/// How long a test waits for what must come: far longer than it takes on the busiest machine.
package enum Patience {
    package static let milliseconds = 60_000

    package struct Over: Error, CustomStringConvertible {
        package let description: String

        package init(_ description: String) {
            self.description = description
        }
    }
}

/// Returns once that is true, which other threads are about to make it. Waits where it holds up nobody.
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
    /// Returns when it was signalled so often. Waits where it holds up nobody.
    package func signals(_ count: Int) async throws {
        try await onThread { [self] in
            for number in 1...count where !wait(timeoutMilliseconds: Patience.milliseconds) {
                throw Patience.Over("signal \(number) of \(count) did not come within a minute")
            }
        }
    }
}
