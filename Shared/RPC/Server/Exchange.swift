import Kernel
import Messages

/// One request in the server, from its bytes to its only reply.
///
/// The first of these answers it: the handler's return or error, the deadline, or the caller's CANCEL. It counts as in
/// flight until the handler has returned or its `Answer` is complete. So a client cannot start more work by cancelling
/// than by waiting.
final class Exchange: TimerTarget, @unchecked Sendable {
    // Sound because `call`, `loop` and `id` never change, and only the loop accesses the rest.

    let id: UInt64
    let call: Call
    let loop: EventLoop
    /// The credit of a stream. Nil for a unary call.
    let flow: ItemFlow?
    private var task: Task<Void, Never>?
    private(set) var isSuspended = false
    private(set) var isFinished = false
    private let connection: ServerConnection
    private let started: Uptime
    private var deadlineTimer: TimerWheel.Handle?
    /// The code that was sent. The handler may still run afterwards.
    private var answer: StatusCode?

    init(_ id: UInt64, _ call: Call, flow: ItemFlow?, on connection: ServerConnection) {
        self.id = id
        self.call = call
        self.flow = flow
        self.connection = connection
        loop = connection.loop
        started = loop.uptime
    }

    /// Passes the request to `body`, or fails the call. A closure, because for an optional result, the runtime would look up
    /// its type in each call.
    func read<Request: Message>(_ payload: UnsafeRawBufferPointer, _ body: (Request) -> Void) {
        let request: Request
        do throws(MessageError) {
            defer { loop.arena.reset() }
            request = try Request(checking: payload, in: loop.arena)
        } catch {
            let message = "the request of \(call.method.name) is malformed: \(error)"
            fail(
                error.rule.map { .invalid(error.field, $0, got: error.got) }
                    ?? RPCFailure(CallReason.malformedRequest, message))
            end()
            return
        }
        body(request)
    }

    /// Starts the deadline timer of a handler that has not answered yet.
    func suspend() {
        isSuspended = true
        deadlineTimer = loop.startTimer(self, at: call.deadline)
    }

    // MARK: The handler

    /// Runs `handler` until its first suspension.
    ///
    /// `Call.current` is bound outside the task. Binding it inside would keep the task-local scope in the memory of
    /// every suspended handler.
    func start(_ handler: @escaping @Sendable () async -> Void) {
        task = Call.$current.withValue(call) { Task.immediate(executorPreference: loop) { await handler() } }
    }

    /// Keeps the state of a waiting stream small, because there are thousands. It fits into the first memory slab of a
    /// task.
    func startStream(_ handler: @escaping @Sendable () async throws -> Void) {
        task = Call.$current.withValue(call) {
            Task.immediate(executorPreference: loop) { [self] in
                do {
                    try await handler()
                    streamEnded()
                } catch {
                    threw(error)
                }
            }
        }
    }

    /// Runs `body` on the loop, from any thread.
    func onLoop(_ body: @escaping @Sendable () -> Void) {
        if loop.isCurrent { body() } else { loop.execute(body) }
    }

    func returned(_ reply: some Message) {
        if answer == nil { send(reply) }
        end()
    }

    private func send(_ reply: some Message) {
        do throws(RPCFailure) {
            try write(reply, as: .reply)
            answer = .ok
        } catch {
            fail(error)
        }
    }

    /// Sends an item without waiting. False if it needs credit or room.
    func sendNow(_ item: some Message) throws(RPCFailure) -> Bool {
        guard let flow, flow.takeNow() else { return false }
        try write(item, as: .item)
        return true
    }

    func send(_ item: some Message) async throws(RPCFailure) {
        guard let flow else { preconditionFailure("\(call.method.name) is no stream") }
        switch await flow.take() {
        case .ready: try write(item, as: .item)
        case .ended: throw RPCFailure(CallReason.cancelled, "the client has ended the stream \(call.method.name)")
        case .tooSlow:
            let message = "the reader of \(call.method.name) has taken no item for \(flow.longestWait)"
            let failure = RPCFailure(CallReason.readerTooSlow, message)
            answerEarly(failure)
            throw failure
        }
    }

    /// Resets the arena also on failure, because the failure is laid out there too.
    private func write(_ answer: some Message, as kind: Kind) throws(RPCFailure) {
        defer { loop.arena.reset() }
        let message: LaidOutMessage
        do throws(MessageError) {
            message = try answer.laidOut(in: loop.arena)
        } catch {
            throw unsendable(error)
        }
        guard connection.takes(message) else { throw tooLarge(message.size) }
        connection.send(kind, to: id, message)
    }

    func streamEnded() {
        if answer == nil { endStream(reason: "") }
        end()
    }

    /// Not inlined, because it would enlarge the frame of every waiting handler.
    @inline(never)
    func threw(_ error: any Error) {
        if answer == nil { fail(connection.failure(for: error, of: call)) }
        end()
    }

    // MARK: Deadline and cancellation

    func timerFired() {
        deadlineTimer = nil
        guard flow == nil else { return endStreamEarly(reason: StreamEnd.timeLimit) }
        let message = "\(call.method.name) did not finish before its deadline"
        answerEarly(RPCFailure(CallReason.deadlineExceeded, message).indefinite)
    }

    /// Cancels the call.
    func cancel(_ message: String) {
        answerEarly(RPCFailure(CallReason.cancelled, message).indefinite)
    }

    /// Ends a stream at its time limit or when the server drains. Its reader opens it again.
    func endStreamEarly(reason: String) {
        guard answer == nil else { return }
        endStream(reason: reason)
        stopHandler()
    }

    private func answerEarly(_ failure: RPCFailure) {
        guard answer == nil else { return }
        fail(failure)
        stopHandler()
    }

    private func stopHandler() {
        flow?.end()
        task?.cancel()
    }

    // MARK: The answer

    private func fail(_ failure: RPCFailure) {
        connection.sendFailure(failure, to: id)
        answer = failure.code
    }

    private func endStream(reason: String) {
        connection.sendStreamEnd(reason: reason, to: id)
        answer = .ok
    }

    private func end() {
        precondition(loop.isCurrent, "an exchange belongs to its loop")
        precondition(!isFinished, "a call ends once")
        isFinished = true
        flow?.end()
        if let deadlineTimer { loop.cancelTimer(deadlineTimer) }
        connection.ended(self, answer ?? .internal, arrived: started)
    }

    private func tooLarge(_ size: Int) -> RPCFailure {
        let limit = connection.maxReplyBytes
        let message =
            "an answer of \(call.method.name) has \(size) bytes; with its envelope at most \(limit) are allowed"
        return RPCFailure(CallReason.replyTooLarge, message).indefinite
    }

    private func unsendable(_ error: MessageError) -> RPCFailure {
        let message = "\(call.method.name) made an answer that cannot be sent: \(error)"
        return RPCFailure(CallReason.unsendableReply, message).indefinite
    }
}

/// The reasons in an OK reply after which a client reopens the stream.
enum StreamEnd {
    static let timeLimit = "STREAM_TIME_LIMIT"
    static let draining = "DRAINING"
    static let reopen: Set<String> = [timeLimit, draining]
}
