import Database
import Threads

/// Holds a closure up on its thread until the test lets it go on.
package final class Gate: Sendable {
    private let arrival = CountingSemaphore()
    private let opening = CountingSemaphore()

    package init() {}

    /// In the closure. A test that has failed meanwhile does not hold it up for ever.
    package func pass() {
        arrival.signal()
        _ = opening.wait(timeoutMilliseconds: Patience.milliseconds)
    }

    /// In the test.
    package func reached() async throws {
        try await arrival.signals(1)
    }

    package func open() {
        opening.signal()
    }
}

extension Database {
    /// Returns when so many calls are in the queue.
    package func waiting(_ count: Int) async throws {
        try await eventually("\(count) calls wait") { [self] in waitingCount >= count }
    }
}
