import Kernel

/// The options of a call beside its request.
///
/// A nil option is inherited from the call that the current task answers, or else from the client.
package struct CallOptions: Sendable {
    /// The time that the caller waits. A nested call never waits longer than its outer call.
    package var timeout: Duration?
    /// The idempotency key of a write, the same on every retry.
    package var requestID: RequestID?
    package var credential: [UInt8]?
    package var trace: TraceContext?
    package var metadata: [MetadataField]
    /// The client for which a web edge calls. Servers refuse it from any other program. It is not inherited.
    package var peer: Address?

    package init(
        timeout: Duration? = nil, requestID: RequestID? = nil, credential: [UInt8]? = nil, trace: TraceContext? = nil,
        metadata: [MetadataField] = [], peer: Address? = nil
    ) {
        self.timeout = timeout
        self.requestID = requestID
        self.credential = credential
        self.trace = trace
        self.metadata = metadata
        self.peer = peer
    }
}
