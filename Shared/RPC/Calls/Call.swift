import Kernel
import Synchronization

/// The call that a handler answers.
package final class Call: Sendable {
    /// The call that the current task answers. Nested calls inherit its deadline, request id and trace, and are
    /// cancelled with it.
    @TaskLocal package static var current: Call?

    package let method: MethodDescription
    /// Nil if the request has no credential and the method needs none.
    package let caller: Caller?
    /// The time at which the caller stops waiting, on the clock of the event loops.
    package let deadline: Uptime
    package let trace: TraceContext?
    package let metadata: [MetadataField]
    package let origin: Origin
    package let requestIDIfAny: RequestID?
    /// Counts this call. Nil for a call of a service.
    let load: CallerLoad?
    /// The packed request of an operator's write, for the log of actions. Nil for every other call.
    package let loggedRequest: [UInt8]?
    private let hasLeftTraces = Atomic(false)

    init(
        _ method: MethodDescription, caller: Caller?, deadline: Uptime, requestID: RequestID?, trace: TraceContext?,
        metadata: [MetadataField], origin: Origin, load: CallerLoad?, loggedRequest: [UInt8]?
    ) {
        self.method = method
        self.caller = caller
        self.deadline = deadline
        requestIDIfAny = requestID
        self.trace = trace
        self.metadata = metadata
        self.origin = origin
        self.load = load
        self.loggedRequest = loggedRequest
    }

    /// The idempotency key: the same for every try of a request. Every write needs one.
    package var requestID: RequestID {
        get throws(RPCFailure) {
            guard let requestIDIfAny else {
                throw RPCFailure(
                    CallReason.requestIDMissing,
                    "\(method.name) changes something, so it needs a request_id: 16 bytes, a UUIDv7, the same on every retry"
                )
            }
            return requestIDIfAny
        }
    }

    /// The time until the deadline. Call it on the loop of the call.
    package var remaining: Duration {
        guard let loop = EventLoop.current else { return .zero }
        return max(.zero, deadline - loop.uptime)
    }

    /// Declares that the handler has committed an effect, so a later error must not be reported as "not processed".
    /// Nested calls declare it by themselves. A handler calls this after each transaction but its last.
    package func leavesTraces() {
        hasLeftTraces.store(true, ordering: .relaxed)
    }

    var mayClaimNotProcessed: Bool { !hasLeftTraces.load(ordering: .relaxed) }

    package var user: UserID {
        get throws(RPCFailure) {
            guard let caller else {
                throw RPCFailure(
                    CallReason.credentialMissing, "\(method.name) needs a credential: sign in first")
            }
            return caller.user
        }
    }

    /// The address of the caller: `127.0.0.1:50312`.
    package var peer: String { origin.peer }

    /// The first value of `key`.
    package func metadata(_ key: String) -> [UInt8]? {
        metadata.first { $0.key == key }?.value
    }
}

/// The user of a verified credential, with role, duties and session.
package struct Caller: Equatable, Sendable {
    package let user: UserID
    package let role: Role
    /// Empty unless the caller is an operator.
    package let duties: Duties
    /// Nil if the credential does not belong to a sign-in.
    package let session: SessionID?

    package init(user: UserID, role: Role, duties: Duties = [], session: SessionID? = nil) {
        self.user = user
        self.role = role
        self.duties = duties
        self.session = session
    }
}
