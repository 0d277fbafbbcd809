import Kernel

/// One attempt of a call, from the moment it is made until its outcome is known.
class PendingCall: TimerTarget, @unchecked Sendable {
    // Sound because: only its loop touches it; `cancel(on:)`, which comes from any thread, goes there first.

    enum Outcome {
        /// Good until the next frame is read. `reason` is empty but where a stream says why it ends.
        case reply(UnsafeRawBufferPointer, reason: String)
        case failure(RPCFailure)
    }

    let method: MethodDescription
    let attempt: Attempt
    /// Its number on the connection that carries it.
    private(set) var id: UInt64 = 0
    private var timer: TimerWheel.Handle?
    private(set) weak var carrier: (any CallCarrier)?
    private var isOver = false
    private var isCancelled = false

    init(_ method: MethodDescription, _ attempt: Attempt) {
        self.method = method
        self.attempt = attempt
    }

    /// How many bytes the request has, laid out in `arena` for `writePayload`.
    func preparePayload(in arena: Arena) throws(MessageError) -> Int { preconditionFailure("is overridden") }

    /// Writes exactly as many bytes as were announced.
    func writePayload(into memory: UnsafeMutableRawPointer) { preconditionFailure("is overridden") }

    func complete(_ outcome: Outcome, _ arena: Arena) { preconditionFailure("is overridden") }

    /// One item of a stream.
    func take(_ item: UnsafeRawBufferPointer, _ arena: Arena) {}

    /// How many items may come before credit is given.
    var firstCredit: UInt64 { 0 }

    /// It waits there: for a connection, or on one for its answer.
    func isCarried(by carrier: some CallCarrier, as id: UInt64, on loop: EventLoop) {
        self.carrier = carrier
        self.id = id
        if timer == nil, attempt.deadline != .never { timer = loop.startTimer(self, at: attempt.deadline) }
        if isCancelled { cancel() }
    }

    func end(_ outcome: Outcome, on loop: EventLoop) {
        guard !isOver else { return }
        isOver = true
        if let timer { loop.cancelTimer(timer) }
        complete(outcome, loop.arena)
    }

    func timerFired() {
        timer = nil
        let message = "no answer to \(method.name) came in time"
        carrier?.abandon(self, RPCFailure(.deadlineExceeded, "DEADLINE_EXCEEDED", message))
    }

    final func cancel(on loop: EventLoop) {
        loop.execute { self.cancel() }
    }

    private func cancel() {
        isCancelled = true
        guard !isOver else { return }
        carrier?.abandon(self, RPCFailure(.cancelled, "CANCELLED", "\(method.name) was cancelled by its caller"))
    }
}

/// One try of a call: how the try is numbered, and what goes with the request.
struct Attempt {
    let number: UInt32
    let deadline: Uptime
    let options: CallOptions
}

/// Where a call is while it has no outcome.
protocol CallCarrier: AnyObject {
    /// Ends the call with `failure`, made definite or indefinite by how far the call has come.
    func abandon(_ call: PendingCall, _ failure: RPCFailure)
    /// Lets the peer send more items.
    func grant(_ credit: UInt64, to call: PendingCall)
}

/// A call that a task waits for.
class AwaitedCall<Output: Sendable>: PendingCall, @unchecked Sendable {
    // Sound as PendingCall is.

    var continuation: UnsafeContinuation<Result<Output, RPCFailure>, Never>?

    final func resume(_ result: Result<Output, RPCFailure>) {
        continuation?.resume(returning: result)
        continuation = nil
    }
}

/// A call whose request and reply are Swift values.
final class TypedCall<Request: Message, Reply: Message>: AwaitedCall<Reply>, @unchecked Sendable {
    // Sound as PendingCall is.

    private let request: Request
    private var laidOut: LaidOutMessage?

    init(_ method: MethodDescription, _ request: Request, _ attempt: Attempt) {
        self.request = request
        super.init(method, attempt)
    }

    override func preparePayload(in arena: Arena) throws(MessageError) -> Int {
        let message = try request.laidOut(in: arena)
        laidOut = message
        return message.packedSize
    }

    override func writePayload(into memory: UnsafeMutableRawPointer) {
        laidOut?.pack(into: memory)
        laidOut = nil
    }

    override func complete(_ outcome: Outcome, _ arena: Arena) {
        switch outcome {
        case .failure(let failure): resume(.failure(failure))
        case .reply(let payload, _):
            defer { arena.reset() }
            do throws(MessageError) {
                resume(.success(try Reply(decoding: payload, in: arena)))
            } catch {
                let message = "the reply of \(method.name) cannot be read: \(error)"
                resume(.failure(RPCFailure(.internal, "MALFORMED_REPLY", message).indefinite))
            }
        }
    }
}

/// A call whose request and reply stay bytes.
final class RawCall: AwaitedCall<[UInt8]>, @unchecked Sendable {
    // Sound as PendingCall is.

    private let payload: [UInt8]

    init(_ method: MethodDescription, _ payload: [UInt8], _ attempt: Attempt) {
        self.payload = payload
        super.init(method, attempt)
    }

    override func preparePayload(in arena: Arena) throws(MessageError) -> Int { payload.count }

    override func writePayload(into memory: UnsafeMutableRawPointer) {
        payload.withUnsafeBytes {
            if let start = $0.baseAddress { memory.copyMemory(from: start, byteCount: $0.count) }
        }
    }

    override func complete(_ outcome: Outcome, _ arena: Arena) {
        switch outcome {
        case .failure(let failure): resume(.failure(failure))
        case .reply(let payload, _): resume(.success(Array(payload)))
        }
    }
}

extension Uptime {
    /// The deadline of what has none.
    static let never = Uptime(nanoseconds: .max)
}
