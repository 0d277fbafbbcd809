import Kernel
import Synchronization

/// The server's end of one connection: takes requests, keeps the limits, and answers each exactly once.
final class ServerConnection: ConnectionSide {
    let loop: EventLoop
    /// Where its loop keeps it.
    var index = 0
    private let home: ServerLoop
    private let core: ServerCore
    private let connection: Connection
    private var credentials = CredentialCache()
    /// Calls that their handler has not answered yet. Most calls end before they would get here.
    private var suspended: [UInt64: Exchange] = [:]
    private var inFlight = 0
    private var streamCount = 0
    private var lastID: UInt64 = 0
    /// Calls above it are refused, because the server ends.
    private var finalID: UInt64?
    private var isDraining = false
    private(set) var maxReplyBytes: Int

    init(_ transport: any Transport, on home: ServerLoop) {
        self.home = home
        core = home.core
        loop = home.loop
        connection = Connection(
            transport, on: loop, limits: core.limits, maxFrameBytes: core.limits.requestBytes,
            holdsBack: true)
        maxReplyBytes = core.limits.replyBytes
    }

    func start() {
        connection.start(for: self)
    }

    // MARK: Frames

    func received(_ frame: Frame) {
        switch frame.kind {
        case Frame.Kind.request: begin(frame)
        case Frame.Kind.cancel: suspended[frame.id]?.cancel("the caller cancelled it")
        case Frame.Kind.credit: suspended[frame.id]?.flow?.grant(frame.credit)
        case Frame.Kind.hello: greet(frame)
        case Frame.Kind.pong: if frame.id == Self.drainPing { finishDrain() }
        default: break
        }
    }

    private func begin(_ frame: Frame) {
        guard frame.id > lastID else {
            return receivedGarbage(FrameError("call ids must increase: \(frame.id) came after \(lastID)"))
        }
        lastID = frame.id
        guard let route = core.methods.route(named: frame.method) else {
            return turnAway(.unknownMethod(Excerpt.of(frame.method)), frame.id)
        }
        if let refusal = refusal(of: frame, to: route.method) { return turnAway(refusal, frame.id) }
        do throws(RPCFailure) {
            let call = try call(route.method, frame)
            let flow = route.method.isStream ? ItemFlow(on: connection, credit: frame.credit) : nil
            start(route, frame.payload, Exchange(frame.id, call, flow: flow, on: self))
        } catch {
            turnAway(error, frame.id)
        }
    }

    /// Answers a request that no handler will see.
    private func turnAway(_ refusal: RPCFailure, _ id: UInt64) {
        core.hooks.refused?(refusal)
        sendFailure(refusal, to: id)
    }

    var interceptors: [ServerInterceptor] { core.hooks.interceptors }

    /// Why a request is not looked at any further.
    private func refusal(of frame: Frame, to method: MethodDescription) -> RPCFailure? {
        if let finalID, frame.id > finalID { return RPCFailure.draining }
        if method.isStream {
            if streamCount >= core.limits.streamsPerConnection {
                return .tooManyCalls("as streams on this connection", streamCount, core.limits.retryAfter)
            }
            guard core.streamCount.load(ordering: .relaxed) >= core.limits.streams else { return nil }
            return .tooManyCalls("as streams in this server", core.limits.streams, core.limits.retryAfter)
        }
        if inFlight >= core.limits.inFlightPerConnection {
            return .tooManyCalls("on this connection", core.limits.inFlightPerConnection, core.limits.retryAfter)
        }
        if core.inFlight.load(ordering: .relaxed) >= core.limits.inFlight {
            return .tooManyCalls("in this server", core.limits.inFlight, core.limits.retryAfter)
        }
        return nil
    }

    private func call(_ method: MethodDescription, _ frame: Frame) throws(RPCFailure) -> Call {
        let asked = Duration.microseconds(Int64(clamping: frame.timeoutMicroseconds))
        let (usual, longest) =
            method.isStream
            ? (core.limits.longestStream, core.limits.longestStream)
            : (core.limits.defaultTimeout, core.limits.longestTimeout)
        let timeout = asked == .zero ? usual : min(asked, longest)
        let deadline = connection.received + timeout
        guard deadline > loop.uptime else {
            throw RPCFailure(
                .deadlineExceeded, "DEADLINE_EXCEEDED", "the time for \(method.name) was over before it could begin"
            ).notProcessed()
        }
        return Call(
            method, caller: try caller(of: method, frame.credential), deadline: deadline,
            requestID: RequestID(frame.requestID), trace: TraceContext(frame.trace),
            metadata: try entries(frame.metadata), attempt: UInt32(clamping: frame.attempt),
            peer: connection.transport.peer)
    }

    private func start(_ route: Route, _ payload: UnsafeRawBufferPointer, _ exchange: Exchange) {
        if exchange.flow == nil {
            inFlight += 1
            core.inFlight.wrappingAdd(1, ordering: .relaxed)
        } else {
            streamCount += 1
            core.streamCount.wrappingAdd(1, ordering: .relaxed)
        }
        route.begin(payload, exchange)
        guard !exchange.isFinished else { return }
        suspended[exchange.id] = exchange
        exchange.suspend()
    }

    private func caller(of method: MethodDescription, _ credential: UnsafeRawBufferPointer) throws(RPCFailure)
        -> Caller?
    {
        if credential.isEmpty {
            guard method.callers.isEmpty else {
                throw RPCFailure(
                    .unauthenticated, "CREDENTIAL_MISSING",
                    "\(method.name) is for \(method.callers) only: sign in and send the credential")
            }
            return nil
        }
        let caller = try credentials.caller(credential, at: loop.uptime, verify: core.hooks.verify)
        guard method.callers.isEmpty || method.callers.contains(caller.role) else {
            throw RPCFailure(
                .permissionDenied, "ROLE_NOT_ALLOWED",
                "\(method.name) is for \(method.callers), and you are \(caller.role)")
        }
        return caller
    }

    private func entries(_ metadata: [UnsafeRawBufferPointer]) throws(RPCFailure) -> [Entry] {
        if metadata.isEmpty { return [] }
        defer { loop.arena.reset() }
        do throws(MessageError) {
            var entries: [Entry] = []
            for bytes in metadata { entries.append(try Entry(decoding: bytes, in: loop.arena)) }
            return entries
        } catch {
            throw RPCFailure(.invalidArgument, "MALFORMED_METADATA", "\(error)")
        }
    }

    // MARK: Answers

    /// What an answer's frame has at most beyond its message: id, kind, and the message's own header.
    private static let envelopeBytes = 3 * WireWriter.maxFieldHeaderBytes

    /// Whether the client takes a frame with so large a message.
    @inline(__always)
    func takes(_ size: Int) -> Bool { size + Self.envelopeBytes <= maxReplyBytes }

    @inline(__always)
    func send(_ kind: UInt64, to id: UInt64, _ message: LaidOutMessage, size: Int) {
        connection.send(atMost: Self.envelopeBytes + size) { writer in
            writer.number(Frame.Field.id, id)
            writer.number(Frame.Field.kind, kind)
            writer.message(Frame.Field.payload, message, size: size)
        }
    }

    func sendFailure(_ failure: RPCFailure, to id: UInt64) {
        defer { loop.arena.reset() }
        guard let (status, size) = laidOut(failure) else { return }
        send(status, size: size, to: id)
    }

    /// `reason` is empty for a stream that has no more items.
    func sendStreamEnd(reason: String, to id: UInt64) {
        defer { loop.arena.reset() }
        guard let status = try? Status(reason: reason).laidOut(in: loop.arena) else { return }
        send(status, size: status.packedSize, to: id)
    }

    private func send(_ status: LaidOutMessage, size: Int, to id: UInt64) {
        connection.send(atMost: Self.envelopeBytes + size) { writer in
            writer.number(Frame.Field.id, id)
            writer.number(Frame.Field.kind, Frame.Kind.reply)
            writer.message(Frame.Field.status, status, size: size)
        }
    }

    /// What cannot be sent as it is, because of its details or its size, is sent without them.
    private func laidOut(_ failure: RPCFailure) -> (LaidOutMessage, size: Int)? {
        if let message = try? failure.status.laidOut(in: loop.arena) {
            let size = message.packedSize
            if takes(size) { return (message, size) }
        }
        var plain = RPCFailure(failure.code, "UNSENDABLE_FAILURE", "the failure has details that cannot be sent")
        plain.isIndefinite = failure.isIndefinite
        plain.isNotProcessed = failure.isNotProcessed
        guard let message = try? plain.status.laidOut(in: loop.arena) else { return nil }
        return (message, message.packedSize)
    }

    func failure(for error: any Error, of call: Call) -> RPCFailure {
        core.failure(for: error, of: call)
    }

    /// Its handler is done.
    func ended(_ exchange: Exchange, _ code: StatusCode, after duration: Duration) {
        if exchange.flow == nil {
            inFlight -= 1
            core.inFlight.wrappingSubtract(1, ordering: .relaxed)
        } else {
            streamCount -= 1
            core.streamCount.wrappingSubtract(1, ordering: .relaxed)
        }
        if exchange.isSuspended { suspended[exchange.id] = nil }
        core.hooks.measure?(CallMeasurement(method: exchange.call.method, code: code, duration: duration))
        closeIfDrained()
    }

    // MARK: The connection itself

    private func greet(_ frame: Frame) {
        defer { loop.arena.reset() }
        guard let hello = try? Hello(decoding: frame.payload, in: loop.arena) else {
            return receivedGarbage(FrameError("the payload of HELLO is no Hello"))
        }
        loop.arena.reset()
        guard hello.speaks(ProtocolVersion.current) else {
            return refuse(
                RPCFailure(
                    .unimplemented, "VERSION_UNKNOWN",
                    "this server speaks version \(ProtocolVersion.current), the client \(hello.minVersion) to \(hello.maxVersion)"
                ).notProcessed())
        }
        connection.pingsPeer = true
        connection.pingInterval = max(core.limits.pingInterval, .milliseconds(hello.minPingIntervalMs))
        if hello.maxReplyBytes > 0 { maxReplyBytes = min(maxReplyBytes, Int(hello.maxReplyBytes)) }
        connection.send(Hello(of: core.agent, core.limits), as: Frame.Kind.hello)
    }

    func receivedTooLarge(id: UInt64?, size: Int) {
        let failure = RPCFailure(
            .resourceExhausted, "REQUEST_TOO_LARGE",
            "the frame has \(size) bytes; at most \(core.limits.requestBytes) are allowed"
        ).notProcessed()
        guard let id, id > lastID else { return refuse(failure) }
        lastID = id
        turnAway(failure, id)
    }

    func receivedGarbage(_ problem: FrameError) {
        refuse(RPCFailure(.invalidArgument, "MALFORMED_FRAME", "\(problem)"))
    }

    func receivedTooManyPings() {
        let message = "pings are answered every \(core.limits.minPingInterval), not more often"
        refuse(RPCFailure(.resourceExhausted, "TOO_MANY_PINGS", message))
    }

    /// Says why, and ends the connection. What is under way is cancelled.
    func refuse(_ failure: RPCFailure) {
        log(.warning, "connection refused: \(failure)")
        connection.sendGoAway(lastID: lastID, failure)
        connection.close()
    }

    func cut(_ problem: String) {
        connection.cut(problem)
    }

    /// Two steps, so that no call is lost that is on its way: first everything is still taken, and the client told to
    /// send no more; when it has had time to hear that, the last call taken is named.
    func drain() {
        guard !isDraining else { return }
        isDraining = true
        connection.sendGoAway(lastID: .max, .draining)
        if connection.pingsPeer { connection.sendPing(id: Self.drainPing) }
        let step = TimerAction { [weak self] in self?.finishDrain() }
        drainTimer = loop.startTimer(step, at: loop.uptime + Self.drainStep)
    }

    /// How long a client that answers no ping has to hear of the first step.
    private static let drainStep = Duration.milliseconds(500)
    /// Its PONG says that the first step was heard; that of a ping after silence, which has id 0, says nothing of it.
    private static let drainPing: UInt64 = 1
    private var drainTimer: TimerWheel.Handle?

    private func finishDrain() {
        guard isDraining, finalID == nil else { return }
        if let drainTimer { loop.cancelTimer(drainTimer) }
        finalID = lastID
        connection.sendGoAway(lastID: lastID, .draining)
        for stream in suspended.values.filter({ $0.flow != nil }).sorted(by: { $0.id < $1.id }) {
            stream.endStreamEarly(reason: StreamEnd.draining)
        }
        closeIfDrained()
    }

    private func closeIfDrained() {
        if finalID != nil, inFlight == 0, streamCount == 0 { connection.close() }
    }

    func closed(_ problem: String?) {
        if let problem { log(.info, "connection ended: \(problem)") }
        for exchange in suspended.values.sorted(by: { $0.id < $1.id }) { exchange.cancel("the connection ended") }
        home.closed(self)
    }

    private func log(_ level: RPCEvent.Level, _ message: String) {
        core.hooks.log(
            RPCEvent(
                level: level, message: message, peer: connection.transport.peer, method: nil, trace: nil, requestID: nil
            ))
    }
}

extension RPCFailure {
    fileprivate static let draining = RPCFailure(.unavailable, "DRAINING", "this server is being stopped; call another")
        .notProcessed()

    fileprivate static func unknownMethod(_ name: String) -> RPCFailure {
        RPCFailure(
            .unimplemented, "METHOD_UNKNOWN",
            "this server has no method \(name.isEmpty ? "without a name" : name); Reflection/ListMethods lists what it has"
        ).notProcessed()
    }

    fileprivate static func tooManyCalls(_ place: String, _ limit: Int, _ retryAfter: Duration) -> RPCFailure {
        RPCFailure(
            .resourceExhausted, "TOO_MANY_CALLS", "\(limit) calls are under way \(place), and more are not taken"
        )
        .notProcessed(retryAfter: retryAfter)
    }
}
