import Glibc
import Threads

/// Handles Ctrl-C between `begin` and `end`. Otherwise Ctrl-C ends the program as usual.
enum Interrupts {
    /// Signalled by the handler, because sem_post is one of the few async-signal-safe functions.
    private static let arrivals = CountingSemaphore()
    private static let listener = Lock<AsyncStream<Void>.Continuation?>(nil)
    private static let isListening = Thread.start {
        while true {
            arrivals.wait()
            listener.withLock { $0 }?.yield()
        }
    }

    /// A stream of one element per Ctrl-C until `end`. Supports one listener at a time.
    static func begin() -> AsyncStream<Void> {
        precondition(isListening, "cannot start the thread for signals")
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        listener.withLock { $0 = continuation }
        var action = sigaction()
        action.__sigaction_handler.sa_handler = { _ in Interrupts.arrivals.signal() }
        action.sa_flags = SA_RESTART
        sigaction(SIGINT, &action, nil)
        return stream
    }

    /// The text that the handler writes. Sound because it is written only while no handler is installed, and a handler
    /// that still runs reads memory that is never freed.
    nonisolated(unsafe) private static var exitMessage: UnsafeMutablePointer<CChar>?

    /// Until `end`, Ctrl-C writes a message and then ends the program.
    static func begin(withMessage text: String) {
        end()
        exitMessage = strdup("\n\(text)\n")
        signal(SIGINT) { _ in
            if let text = Interrupts.exitMessage { _ = write(STDERR_FILENO, text, strlen(text)) }
            _exit(GatewayExit.interrupted.rawValue)
        }
    }

    /// Restores the usual effect of Ctrl-C, and ends the stream of `begin`.
    static func end() {
        signal(SIGINT, SIG_DFL)
        listener.withLock { continuation in
            continuation?.finish()
            continuation = nil
        }
    }
}
