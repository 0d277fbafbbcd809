import Kernel

/// One request on its way through the server: from its bytes to its only reply.
///
/// Whatever happens first answers it: the handler's return, its error, the deadline, or the caller's CANCEL. The place it
/// takes among the calls under way is free only when the handler has returned, or the answer it has handed over was given, so
/// that nobody can start more work by cancelling than by waiting.
final class Exchange: TimerTarget, @unchecked Sendable {
    // Sound because: `call`, `loop` and `id` never change; all else is touched on the loop only.

    let id: UInt64
    let call: Call
    let loop: EventLoop
    /// The credit of a stream; nil for a unary call.
    let flow: ItemFlow?
    private var task: Task<Void, Never>?
    private(set) var isSuspended = false
    private(set) var isFinished = false
    private let connection: ServerConnection
    private let started: Uptime
    private var deadlineTimer: TimerWheel.Handle?
    /// The code that was sent. The handler may go on for a while after that.
    private var answer: StatusCode?

    init(_ id: UInt64, _ call: Call, flow: ItemFlow?, on connection: ServerConnection) {
        self.id = id
        self.call = call
        self.flow = flow
        self.connection = connection
        loop = connection.loop
        started = loop.uptime
    }

    func read<Request: Message>(_ payload: UnsafeRawBufferPointer, as type: Request.Type) -> Request? {
        do throws(MessageError) {
            defer { loop.arena.reset() }
            return try Request(decoding: payload, in: loop.arena)
        } catch {
            let message = "\(call.method.name) cannot read its request: \(error)"
            fail(RPCFailure(.invalidArgument, "MALFORMED_REQUEST", message))
            end()
            return nil
        }
    }

    /// The handler was started and has not answered: now the deadline needs a timer.
    func suspend() {
        isSuspended = true
        deadlineTimer = loop.startTimer(self, at: call.deadline)
    }

    // MARK: What the handler does

    /// Runs `handler` at once, as far as it gets without waiting.
    ///
    /// The task takes the current call over from here. (Bound inside the task, it would lie with what binds it in the
    /// memory of each handler that waits.)
    func start(_ handler: @escaping @Sendable () async -> Void) {
        task = Call.$current.withValue(call) { Task.immediate(executorPreference: loop) { await handler() } }
    }

    func startStream(_ handler: @escaping @Sendable () async throws -> Void) {
        if hasInterceptors {
            runStream { [self] in try await intercepted(handler) }
        } else {
            runStream(handler)
        }
    }

    /// What the task keeps while its handler waits is paid for by each of many thousands of streams: as it is, all of it
    /// fits into the first piece of memory that a task gets.
    private func runStream(_ handler: @escaping @Sendable () async throws -> Void) {
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

    var hasInterceptors: Bool { !connection.interceptors.isEmpty }

    func intercepted<Output>(_ handler: () async throws -> Output) async throws -> Output {
        var output: Output?
        try await Interceptors.run(connection.interceptors[...], around: call) { output = try await handler() }
        guard let output else {
            throw RPCFailure(
                .internal, "NOT_ANSWERED", "\(call.method.name) was neither refused nor run by an interceptor")
        }
        return output
    }

    /// For what comes from another thread, perhaps.
    func onLoop(_ body: @escaping @Sendable () -> Void) {
        if loop.isCurrent { body() } else { loop.execute(body) }
    }

    func returned(_ reply: some Message) {
        if answer == nil { send(reply) }
        end()
    }

    private func send(_ reply: some Message) {
        do throws(RPCFailure) {
            try write(reply, as: Frame.Kind.reply)
            answer = .ok
        } catch {
            fail(error)
        }
    }

    /// False where the item has to wait for credit or room.
    func sendNow(_ item: some Message) throws(RPCFailure) -> Bool {
        guard let flow, flow.takeNow() else { return false }
        try write(item, as: Frame.Kind.item)
        return true
    }

    func send(_ item: some Message) async throws(RPCFailure) {
        guard let flow else { preconditionFailure("\(call.method.name) is no stream") }
        switch await flow.take() {
        case .ready: try write(item, as: Frame.Kind.item)
        case .ended: throw RPCFailure(.cancelled, "CANCELLED", "nobody reads \(call.method.name) any more")
        case .tooSlow:
            let message = "the reader of \(call.method.name) has taken no item for \(flow.patience)"
            let failure = RPCFailure(.resourceExhausted, "READER_TOO_SLOW", message)
            answerEarly(failure)
            throw failure
        }
    }

    /// The arena is empty again when this has thrown: the failure needs room there too.
    private func write(_ answer: some Message, as kind: UInt64) throws(RPCFailure) {
        defer { loop.arena.reset() }
        let message: LaidOutMessage
        do throws(MessageError) {
            message = try answer.laidOut(in: loop.arena)
        } catch {
            throw unsendable(error)
        }
        let size = message.packedSize
        guard connection.takes(size) else { throw tooLarge(size) }
        connection.send(kind, to: id, message, size: size)
    }

    func streamEnded() {
        if answer == nil { endStream(reason: "") }
        end()
    }

    /// Not inlined, for it would take room in the frame of each handler that waits.
    @inline(never)
    func threw(_ error: any Error) {
        if answer == nil { fail(connection.failure(for: error, of: call)) }
        end()
    }

    // MARK: What comes before the handler is done

    func timerFired() {
        deadlineTimer = nil
        guard flow == nil else { return endStreamEarly(reason: StreamEnd.timeLimit) }
        let message = "\(call.method.name) took longer than its caller waits"
        answerEarly(RPCFailure(.deadlineExceeded, "DEADLINE_EXCEEDED", message).indefinite)
    }

    /// The caller no longer wants the answer.
    func cancel(_ message: String) {
        answerEarly(RPCFailure(.cancelled, "CANCELLED", message).indefinite)
    }

    /// A stream has lasted long enough, or the server ends: its reader opens it again, elsewhere perhaps.
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
        connection.ended(self, answer ?? .internal, after: loop.uptime - started)
    }

    private func tooLarge(_ size: Int) -> RPCFailure {
        let limit = connection.maxReplyBytes
        let message =
            "an answer of \(call.method.name) has \(size) bytes; with its envelope at most \(limit) are allowed"
        return RPCFailure(.resourceExhausted, "REPLY_TOO_LARGE", message).indefinite
    }

    private func unsendable(_ error: MessageError) -> RPCFailure {
        let message = "\(call.method.name) made an answer that cannot be sent: \(error)"
        return RPCFailure(.internal, "UNSENDABLE_REPLY", message).indefinite
    }
}

/// The reasons, in a REPLY that says OK, for which a stream is to be opened again.
enum StreamEnd {
    static let timeLimit = "STREAM_TIME_LIMIT"
    static let draining = "DRAINING"
    static let reopen: Set<String> = [timeLimit, draining]
}
