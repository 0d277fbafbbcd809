import Database
import Threads

/// Blocks a closure on its thread until the test opens the gate.
package final class Gate: Sendable {
    private let arrival = CountingSemaphore()
    private let opening = CountingSemaphore()

    package init() {}

    /// Called in the closure. The wait is bounded, so that a failed test does not block the thread permanently. An open gate
    /// stays open, because the closure may run again.
    package func pass() {
        arrival.signal()
        if opening.wait(timeoutMilliseconds: Patience.milliseconds) { opening.signal() }
    }

    /// Called in the test.
    package func reached() async throws {
        try await arrival.signals(1)
    }

    package func open() {
        opening.signal()
    }
}

extension Database {
    /// Returns when `count` calls are in the queue.
    package func waiting(_ count: Int) async throws {
        try await eventually("\(count) calls wait") { [self] in waitingCount >= count }
    }
}
