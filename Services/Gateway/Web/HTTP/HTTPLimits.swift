/// The limits of the server. Each bounds something that clients could otherwise grow without end.
struct HTTPLimits: Sendable {
    /// Maximum of open connections. Further ones are closed at once.
    var connections = 10_000
    /// Maximum of open connections of one network: of an IPv4 address, or of the /64 network of an IPv6 address. This
    /// machine has no such limit.
    var connectionsPerNetwork = 256
    /// Memory of a connection for the line, the headers and the answer's headers of a request.
    var headerBytes = 16 * 1024
    /// Maximum size of a body, before and after decompression.
    var bodyBytes = 256 * 1024
    /// The time within which a connection must begin its first or next request.
    var idle = Duration.seconds(30)
    /// The time within which a request must arrive, and the time within which its answer must be read.
    var transfer = Duration.seconds(20)
    /// The time within which a request must be answered. Then its task is cancelled.
    var handling = Duration.seconds(30)
}
