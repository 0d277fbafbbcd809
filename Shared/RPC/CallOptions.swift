import Kernel

/// What a caller says beyond the request itself.
///
/// What is nil is taken from the call that the current task answers, if it answers one, and else from the client.
package struct CallOptions: Sendable {
    /// How long the caller waits. A call from within another never waits longer than that one.
    package var timeout: Duration?
    /// The idempotency key of a write; the same on every retry.
    package var requestID: RequestID?
    package var credential: [UInt8]?
    package var trace: TraceContext?
    package var metadata: [Entry]

    package init(
        timeout: Duration? = nil, requestID: RequestID? = nil, credential: [UInt8]? = nil, trace: TraceContext? = nil,
        metadata: [Entry] = []
    ) {
        self.timeout = timeout
        self.requestID = requestID
        self.credential = credential
        self.trace = trace
        self.metadata = metadata
    }
}
