import Glibc
import Threads

/// Handles Ctrl-C. Outside of `handling` it ends the program as usual.
enum Interrupts {
    /// Signalled by the handler, because sem_post is one of the few async-signal-safe functions.
    private static let arrivals = CountingSemaphore()
    private static let listener = Lock<(@Sendable () -> Void)?>(nil)
    private static let isListening = Thread.start {
        while true {
            arrivals.wait()
            listener.withLock { $0 }?()
        }
    }

    /// Runs `body`. Each Ctrl-C during it calls `onInterrupt` on a thread of its own. Cannot be nested.
    static func handling<Value>(
        _ onInterrupt: @escaping @Sendable () -> Void, _ body: () async throws -> Value
    ) async rethrows -> Value {
        precondition(isListening, "cannot start the thread for signals")
        listener.withLock { $0 = onInterrupt }
        signal(SIGINT) { _ in Interrupts.arrivals.signal() }
        defer {
            signal(SIGINT, SIG_DFL)
            listener.withLock { $0 = nil }
        }
        return try await body()
    }
}
