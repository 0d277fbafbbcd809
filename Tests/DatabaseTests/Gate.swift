import Synchronization
import Threads

/// Holds a closure up on its thread until the test lets it go on.
final class Gate: Sendable {
    private let isReached = Atomic(false)
    private let opening = CountingSemaphore()

    /// In the closure.
    func pass() {
        isReached.store(true, ordering: .releasing)
        opening.wait()
    }

    /// In the test, without holding up a thread that others need.
    func reached() async {
        while !isReached.load(ordering: .acquiring) { await Task.yield() }
    }

    func open() {
        opening.signal()
    }
}
