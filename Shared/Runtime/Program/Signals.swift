import Glibc
import Kernel
import Threads

/// The signals that end a program.
package enum Signals {
    /// A handler may do next to nothing; counting up a semaphore is among what it may.
    private static let arrivals = CountingSemaphore()

    /// From now on calls `received` for each SIGTERM and SIGINT, from a thread of its own, instead of ending the program.
    /// Calls `overdue` when the program still runs `limit` after the first of them. Writing to a connection that is gone is
    /// an error from now on, and no signal. Called once.
    package static func onTermination(
        _ received: @escaping @Sendable () -> Void, within limit: Duration, overdue: @escaping @Sendable () -> Void
    ) {
        _ = arrivals
        signal(SIGPIPE, SIG_IGN)
        var action = sigaction()
        action.__sigaction_handler.sa_handler = { _ in Signals.arrivals.signal() }
        action.sa_flags = SA_RESTART
        sigaction(SIGTERM, &action, nil)
        sigaction(SIGINT, &action, nil)
        let isStarted = Thread.start {
            arrivals.wait()
            repeat { received() } while arrivals.wait(timeoutMilliseconds: Int(limit.milliseconds))
            overdue()
        }
        precondition(isStarted, "the system gives no thread for signals")
    }
}
