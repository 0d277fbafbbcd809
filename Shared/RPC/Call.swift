import Kernel
import Synchronization

/// What a handler knows of the call it answers.
package final class Call: Sendable {
    /// The call that the current task answers. Calls made from there keep its deadline, request id and trace, and end
    /// when it is cancelled.
    @TaskLocal package static var current: Call?

    package let method: MethodDescription
    /// Nil where no credential came and the method needs none.
    package let caller: Caller?
    /// When nobody waits for the answer any longer, on the clock of the event loops.
    package let deadline: Uptime
    package let trace: TraceContext?
    package let metadata: [Entry]
    package let attempt: UInt32
    /// Where the request came from: `127.0.0.1:50312`.
    package let peer: String
    private let idempotencyKey: RequestID?
    private let hasLeftTraces = Atomic(false)

    init(
        _ method: MethodDescription, caller: Caller?, deadline: Uptime, requestID: RequestID?, trace: TraceContext?,
        metadata: [Entry], attempt: UInt32, peer: String
    ) {
        self.method = method
        self.caller = caller
        self.deadline = deadline
        self.idempotencyKey = requestID
        self.trace = trace
        self.metadata = metadata
        self.attempt = attempt
        self.peer = peer
    }

    /// What names this wish, however often it is sent. Every write needs one.
    package var requestID: RequestID {
        get throws(RPCFailure) {
            guard let idempotencyKey else {
                throw RPCFailure(
                    .invalidArgument, "REQUEST_ID_MISSING",
                    "\(method.name) changes something, so it needs a request_id: 16 bytes, a UUIDv7, the same on every retry"
                )
            }
            return idempotencyKey
        }
    }

    /// How long somebody still waits for the answer. To be asked on the loop of the call, where its handler is.
    package var remaining: Duration {
        guard let loop = EventLoop.current else { return .zero }
        return max(.zero, deadline - loop.uptime)
    }

    /// From here on, that something else was not done does not mean that nothing was. Calls within the call say so by
    /// themselves; a handler says so after a transaction that is not its last.
    package func leavesTraces() {
        hasLeftTraces.store(true, ordering: .relaxed)
    }

    var mayClaimNotProcessed: Bool { !hasLeftTraces.load(ordering: .relaxed) }

    package var requestIDIfAny: RequestID? { idempotencyKey }

    package var user: UserID {
        get throws(RPCFailure) {
            guard let caller else {
                throw RPCFailure(
                    .unauthenticated, "CREDENTIAL_MISSING", "\(method.name) needs a credential: sign in first")
            }
            return caller.user
        }
    }

    /// The first value under `key`.
    package func metadata(_ key: String) -> [UInt8]? {
        metadata.first { $0.key == key }?.value
    }
}
