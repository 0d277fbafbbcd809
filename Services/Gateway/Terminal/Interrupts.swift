import Glibc
import Threads

/// Ctrl-C, for those who want to decide what it means. Everywhere else it ends the program, as usual.
enum Interrupts {
    /// A handler may do next to nothing; counting up a semaphore is among what it may.
    private static let arrivals = CountingSemaphore()
    private static let listener = Lock<AsyncStream<Void>.Continuation?>(nil)
    private static let isListening = Thread.start {
        while true {
            arrivals.wait()
            listener.withLock { $0 }?.yield()
        }
    }

    /// One element for each Ctrl-C, until `end`. For one listener at a time.
    static func begin() -> AsyncStream<Void> {
        precondition(isListening, "the system gives no thread for signals")
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        listener.withLock { $0 = continuation }
        var action = sigaction()
        action.__sigaction_handler.sa_handler = { _ in Interrupts.arrivals.signal() }
        action.sa_flags = SA_RESTART
        sigaction(SIGINT, &action, nil)
        return stream
    }

    /// Said by the handler. Sound: it is written only while there is none, and what it reads is never freed.
    nonisolated(unsafe) private static var farewell: UnsafeMutablePointer<CChar>?

    /// Until `end`, Ctrl-C ends the program as usual, and says first what that leaves.
    static func begin(saying text: String) {
        end()
        farewell = strdup("\n\(text)\n")
        signal(SIGINT) { _ in
            if let text = Interrupts.farewell { _ = write(STDERR_FILENO, text, strlen(text)) }
            _exit(GatewayExit.interrupted.rawValue)
        }
    }

    static func end() {
        signal(SIGINT, SIG_DFL)
        listener.withLock { continuation in
            continuation?.finish()
            continuation = nil
        }
    }
}
