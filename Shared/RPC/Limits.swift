import Kernel

/// How much of everything a side takes. Each is a bound that somebody could otherwise push without end.
package struct Limits: Sendable {
    package var requestBytes = 256 * 1024
    package var replyBytes = 4 * 1024 * 1024
    /// Unary calls that may be under way on one connection.
    package var inFlightPerConnection = 1024
    /// Unary calls that may be under way in the whole program.
    package var inFlight = 16 * 1024
    /// Open streams on one connection; streams do not count as calls under way.
    package var streamsPerConnection = 1024
    package var streams = 64 * 1024
    package var connections = 16 * 1024
    /// Above this much unsent output, a connection's requests wait.
    package var highWaterBytes = 1024 * 1024
    /// A connection that lets more than this pile up is cut.
    package var unsentBytes = 64 * 1024 * 1024
    /// How long a peer may take none of the output, or owe the rest of a frame.
    package var stall = Duration.seconds(20)
    /// For calls that do not say how long they may take.
    package var defaultTimeout = Duration.seconds(10)
    package var longestTimeout = Duration.minutes(5)
    /// A stream that lasts longer is ended, and opened again by its reader.
    package var longestStream = Duration.minutes(30)
    /// After this much silence a peer is asked whether it is there,
    package var pingInterval = Duration.seconds(10)
    /// and has this long to answer.
    package var pingTimeout = Duration.seconds(5)
    /// A client that pings more often than this is sent away.
    package var minPingInterval = Duration.seconds(1)
    /// What refused callers are told to wait.
    package var retryAfter = Duration.milliseconds(50)

    package init() {}
}
