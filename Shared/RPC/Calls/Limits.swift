import Kernel

/// The limits of one side. Each bounds something that a peer could otherwise grow without end.
package struct Limits: Sendable {
    package var requestBytes = 256 * 1024
    package var replyBytes = 4 * 1024 * 1024
    /// Maximum of unary calls in flight on one connection.
    package var inFlightPerConnection = 1024
    /// Maximum of unary calls in flight in the program.
    package var inFlight = 16 * 1024
    /// Maximum of open streams on one connection. Streams do not count as calls in flight.
    package var streamsPerConnection = 1024
    package var streams = 64 * 1024
    /// Maximum of unary calls in flight, and of open streams, of one user on all connections. Services have no such
    /// limit.
    package var inFlightPerUser = 64
    package var streamsPerUser = 64
    package var connections = 16 * 1024
    /// Maximum of connections of one network: of an IPv4 address, or of the /64 network of an IPv6 address. This machine has
    /// no such limit, unless a proxy reports its address.
    package var connectionsPerNetwork = 1024
    /// Maximum of verified credentials that all connections remember together, without the first four of each.
    package var cachedCredentials = 64 * 1024
    /// With more unsent output than this, a connection's requests wait.
    package var highWaterBytes = 256 * 1024
    /// A connection with more unsent output than this is cut.
    package var unsentBytes = 64 * 1024 * 1024
    /// Maximum of bytes that all connections buffer together: input, and unsent output. Above it, those that buffer the
    /// most are cut.
    package var bufferedBytes = 256 * 1024 * 1024
    /// The time after which a peer is cut if it reads too little or does not finish a frame.
    package var stall = Duration.seconds(20)
    /// A peer is cut if it reads less than this within `stall` while output waits. A system reports reading in steps of
    /// up to 64 KiB.
    package var leastReadBytes = 16 * 1024
    /// The maximum number of frames that are no requests, above the number of frames that the peer has received.
    package var unpairedFrames = 4096
    /// A connection without HELLO and calls is closed after this silence.
    package var idle = Duration.minutes(1)
    /// The timeout of calls that set none.
    package var defaultTimeout = Duration.seconds(10)
    package var longestTimeout = Duration.minutes(5)
    /// The maximum duration of a stream. Its reader reopens it.
    package var longestStream = Duration.minutes(30)
    /// The silence after which a peer is pinged.
    package var pingInterval = Duration.seconds(10)
    /// The time within which it must answer.
    package var pingTimeout = Duration.seconds(5)
    /// A client that pings more often is refused.
    package var minPingInterval = Duration.seconds(1)
    /// The delay that refused callers should wait.
    package var retryAfter = Duration.milliseconds(50)

    package init() {}
}
