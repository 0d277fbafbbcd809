import Kernel
import Messages

/// A call from its start until its outcome is known. It can be retried afterwards.
class PendingCall: TimerTarget, @unchecked Sendable {
    // Sound because only its loop accesses it. `cancel(on:)`, called from any thread, moves to the loop first.

    enum Outcome {
        /// Valid until the next frame is read. `reason` is set only at the end of a stream.
        case reply(UnsafeRawBufferPointer, reason: String)
        case failure(RPCFailure)
    }

    let method: MethodDescription
    private(set) var attempt: Attempt
    /// The id of the call on its connection.
    private(set) var id: UInt64 = 0
    private var timer: TimerWheel.Handle?
    /// The object that owns the call until it ends.
    private(set) var carrier: (any CallCarrier)?
    private var isOver = false
    private var isCancelled = false

    init(_ method: MethodDescription, _ attempt: Attempt) {
        self.method = method
        self.attempt = attempt
    }

    /// Starts another attempt after one has ended.
    final func begin(_ attempt: Attempt) {
        self.attempt = attempt
        timer = nil
        isOver = false
    }

    /// Lays the request out in `arena`.
    func payload(in arena: Arena) throws(MessageError) -> RequestPayload { preconditionFailure("is overridden") }

    func complete(_ outcome: Outcome, _ arena: Arena) { preconditionFailure("is overridden") }

    /// Receives an item of a stream.
    func take(_ item: UnsafeRawBufferPointer, _ arena: Arena) {}

    /// The credit that the request grants.
    var firstCredit: UInt64 { 0 }

    /// Sets the owner of the call: the queue for a connection, or a connection.
    func isCarried(by carrier: some CallCarrier, as id: UInt64, on loop: EventLoop) {
        self.carrier = carrier
        self.id = id
        if timer == nil, attempt.deadline != .never { timer = loop.startTimer(self, at: attempt.deadline) }
        if isCancelled { cancel() }
    }

    func end(_ outcome: Outcome, on loop: EventLoop) {
        guard !isOver else { return }
        isOver = true
        carrier = nil
        if let timer { loop.cancelTimer(timer) }
        complete(outcome, loop.arena)
    }

    func timerFired() {
        timer = nil
        let message = "no answer to \(method.name) came in time"
        carrier?.abandon(self, RPCFailure(CallReason.deadlineExceeded, message))
    }

    final func cancel(on loop: EventLoop) {
        loop.execute { self.cancel() }
    }

    private func cancel() {
        isCancelled = true
        guard !isOver else { return }
        carrier?.abandon(self, RPCFailure(CallReason.cancelled, "\(method.name) was cancelled by its caller"))
    }
}

/// The message of a request. Valid until the arena is reset.
enum RequestPayload {
    case message(LaidOutMessage)
    case bytes([UInt8])

    var size: Int {
        switch self {
        case .message(let message): message.size
        case .bytes(let bytes): bytes.count
        }
    }

    func write(to memory: UnsafeMutableRawPointer) {
        switch self {
        case .message(let message): message.pack(into: memory)
        case .bytes(let bytes): bytes.withUnsafeBytes { memory.copyMemory(from: $0.baseAddress!, byteCount: $0.count) }
        }
    }
}

/// One try of a call.
struct Attempt {
    let number: UInt32
    let deadline: Uptime
    let options: CallOptions
}

/// The owner of a call without an outcome.
protocol CallCarrier: AnyObject {
    /// Ends the call with `failure`, which becomes indefinite if the peer may have received the call.
    func abandon(_ call: PendingCall, _ failure: RPCFailure)
    /// Grants the peer more items.
    func grant(_ credit: UInt64, to call: PendingCall)
}

/// A call that a task awaits.
class AwaitedCall: PendingCall, @unchecked Sendable {
    // Sound as PendingCall is.

    private var waiter: UnsafeContinuation<Void, Never>?
    private var failure: RPCFailure?

    init(_ method: MethodDescription) {
        super.init(method, Attempt(number: 0, deadline: .never, options: CallOptions()))
    }

    /// Makes the attempt on `lane`, from a task on its loop. Returns the failure, or nil.
    @inline(__always)
    final func make(_ attempt: Attempt, on lane: ClientLane) async -> RPCFailure? {
        begin(attempt)
        failure = nil
        await withTaskCancellationHandler {
            await withUnsafeContinuation { waiter in
                self.waiter = waiter
                lane.start(self)
            }
        } onCancel: {
            cancel(on: lane.loop)
        }
        return failure
    }

    /// Stores the reply.
    func take(reply: UnsafeRawBufferPointer, _ arena: Arena) throws(MessageError) {
        preconditionFailure("is overridden")
    }

    final override func complete(_ outcome: Outcome, _ arena: Arena) {
        switch outcome {
        case .failure(let failure): self.failure = failure
        case .reply(let payload, _):
            do throws(MessageError) {
                try take(reply: payload, arena)
            } catch {
                let message = "the reply of \(method.name) cannot be read: \(error)"
                failure = RPCFailure(CallReason.malformedReply, message).indefinite
            }
        }
        waiter?.resume()
        waiter = nil
    }
}

/// A call whose request and reply are Swift values.
final class TypedCall<Request: Message, Reply: Message>: AwaitedCall, @unchecked Sendable {
    // Sound as PendingCall is.

    private let request: Request
    private(set) var reply: Reply?

    init(_ method: MethodDescription, _ request: Request) {
        self.request = request
        super.init(method)
    }

    override func payload(in arena: Arena) throws(MessageError) -> RequestPayload {
        .message(try request.laidOut(in: arena))
    }

    override func take(reply bytes: UnsafeRawBufferPointer, _ arena: Arena) throws(MessageError) {
        defer { arena.reset() }
        reply = try Reply(decoding: bytes, in: arena)
    }
}

/// A call whose request and reply are bytes.
final class RawCall: AwaitedCall, @unchecked Sendable {
    // Sound as PendingCall is.

    private let request: [UInt8]
    private(set) var reply: [UInt8]?

    init(_ method: MethodDescription, _ request: [UInt8]) {
        self.request = request
        super.init(method)
    }

    override func payload(in arena: Arena) -> RequestPayload { .bytes(request) }

    override func take(reply bytes: UnsafeRawBufferPointer, _ arena: Arena) throws(MessageError) {
        reply = Array(bytes)
    }
}

extension Uptime {
    /// The deadline of a call without one.
    static let never = Uptime(nanoseconds: .max)
}
