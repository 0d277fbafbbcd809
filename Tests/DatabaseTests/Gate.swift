import Database
import TestSupport
import Threads

/// Holds a closure up on its thread until the test lets it go on.
final class Gate: Sendable {
    private let arrival = CountingSemaphore()
    private let opening = CountingSemaphore()

    /// In the closure.
    func pass() {
        arrival.signal()
        opening.wait()
    }

    /// In the test.
    func reached() async throws {
        try await onThread { [arrival] in arrival.wait() }
    }

    func open() {
        opening.signal()
    }
}

extension Database {
    /// Returns when so many calls are in the queue.
    func waiting(_ count: Int) async throws {
        while waitingCount < count { try await onThread {} }
    }
}
