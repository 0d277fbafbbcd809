import Glibc
import Kernel
import Threads

/// The signals that end a program.
package enum Signals {
    /// Signal handlers may call few functions. Signalling a semaphore is one of them.
    private static let arrivals = CountingSemaphore()

    /// Calls `received` on a separate thread for each SIGTERM and SIGINT, instead of ending the program. Calls
    /// `overdue` if the program still runs `limit` after the latest of them. Also ignores SIGPIPE, so that a write to a
    /// closed connection is an error. Called once.
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
        precondition(isStarted, "the system cannot start a thread for signals")
    }
}
