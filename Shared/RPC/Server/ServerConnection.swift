import Kernel
import Messages
import Synchronization

/// The server's end of one connection. Accepts requests within the limits and answers each exactly once.
final class ServerConnection: ConnectionSide {
    let loop: EventLoop
    /// The index in its loop's list.
    var index = 0
    /// The network whose connections are limited. Nil without such a limit.
    let network: String?
    private let home: ServerLoop
    private let core: ServerCore
    private let connection: Connection
    private var admission: Admission
    /// Calls with a suspended handler. Most calls end without suspending.
    private var suspended: [UInt64: Exchange] = [:]
    private var lastID: UInt64 = 0
    private var isDraining = false
    private var isGreeted = false
    private(set) var maxReplyBytes: Int

    init(_ transport: any Transport, on home: ServerLoop) {
        self.home = home
        core = home.core
        loop = home.loop
        network = transport.origin.limitedNetwork
        connection = Connection(
            transport, on: loop, limits: core.limits, maxFrameBytes: core.limits.requestBytes,
            isServer: true)
        maxReplyBytes = core.limits.replyBytes
        admission = Admission(to: core, on: loop, from: transport.origin)
    }

    func start() {
        connection.start(for: self)
    }

    // MARK: Frames

    func received(_ frame: Frame) {
        switch frame.kind {
        case .request: begin(frame)
        case .cancel: suspended[frame.id]?.cancel("the caller cancelled it")
        case .credit: suspended[frame.id]?.flow?.grant(frame.credit)
        case .hello: greet(frame)
        case .pong: if frame.id == Self.drainPing { finishDrain() }
        default: break
        }
    }

    private func begin(_ frame: Frame) {
        guard frame.id > lastID else {
            return receivedGarbage(WireError("call ids must increase: \(frame.id) came after \(lastID)"))
        }
        lastID = frame.id
        guard let route = core.methods.route(named: frame.method) else {
            return reject(.unknownMethod(Excerpt.of(frame.method)), frame.id)
        }
        if let refusal = admission.refusal(of: frame, to: route.method) { return reject(refusal, frame.id) }
        do throws(RPCFailure) {
            let call = try admission.call(route.method, frame, received: connection.received)
            let flow = route.method.isStream ? ItemFlow(on: connection, credit: frame.credit) : nil
            start(route, frame.payload, Exchange(frame.id, call, flow: flow, on: self))
        } catch {
            reject(error, frame.id)
        }
    }

    /// Answers a request without calling a handler.
    private func reject(_ refusal: RPCFailure, _ id: UInt64) {
        connection.use(TurnShare.bytesPerRefusal)
        core.hooks.refused?(refusal)
        sendFailure(refusal, to: id)
    }

    private func start(_ route: Route, _ payload: UnsafeRawBufferPointer, _ exchange: Exchange) {
        admission.count(1, of: exchange.call)
        route.begin(payload, exchange)
        guard !exchange.isFinished else { return }
        suspended[exchange.id] = exchange
        exchange.suspend()
    }

    // MARK: Answers

    /// Maximum size of an answer's frame beside its message: id, kind and the header of the message.
    private static let envelopeBytes = 3 * WireWriter.maxFieldHeaderBytes

    /// True if the client accepts a frame with the message.
    @inline(__always)
    func takes(_ message: LaidOutMessage) -> Bool { message.size + Self.envelopeBytes <= maxReplyBytes }

    @inline(__always)
    func send(_ kind: Kind, to id: UInt64, _ message: LaidOutMessage) {
        connection.send(kind, id: id, message)
    }

    func sendFailure(_ failure: RPCFailure, to id: UInt64) {
        defer { loop.arena.reset() }
        if let status = laidOut(failure) { connection.send(.reply, id: id, status, in: Frame.Field.status) }
    }

    /// Ends a stream. `reason` is empty if it has no more items.
    func sendStreamEnd(reason: String, to id: UInt64) {
        defer { loop.arena.reset() }
        guard let status = try? Status(reason: reason).laidOut(in: loop.arena) else { return }
        connection.send(.reply, id: id, status, in: Frame.Field.status)
    }

    /// Lays a failure out, without details if they are unsendable or too large.
    private func laidOut(_ failure: RPCFailure) -> LaidOutMessage? {
        if let message = try? failure.status.laidOut(in: loop.arena), takes(message) { return message }
        var plain = failure
        plain.details = []
        plain.reason = CallReason.unsendableFailure.rawValue
        plain.message = CallReason.unsendableFailure.sentence
        return try? plain.status.laidOut(in: loop.arena)
    }

    func failure(for error: any Error, of call: Call) -> RPCFailure {
        core.failure(for: error, of: call)
    }

    /// Handles the end of a handler.
    func ended(_ exchange: Exchange, _ code: StatusCode, arrived: Uptime) {
        admission.count(-1, of: exchange.call)
        if exchange.isSuspended { suspended[exchange.id] = nil }
        core.hooks.measure?(CallMeasurement(method: exchange.call.method, code: code, arrived: arrived))
        closeIfDrained()
    }

    // MARK: The connection itself

    private func greet(_ frame: Frame) {
        guard !isGreeted else { return receivedGarbage(WireError("HELLO is sent once")) }
        isGreeted = true
        defer { loop.arena.reset() }
        guard let hello = try? Hello(decoding: frame.payload, in: loop.arena) else {
            return receivedGarbage(WireError("the payload of HELLO is no Hello"))
        }
        loop.arena.reset()
        guard hello.speaks(ProtocolVersion.current) else {
            return refuse(
                RPCFailure(
                    CallReason.versionUnknown,
                    "this server speaks version \(ProtocolVersion.current), the client \(hello.minVersion) to \(hello.maxVersion)"
                ).notProcessed())
        }
        connection.liveness.pingsPeer = true
        connection.liveness.pingInterval = max(core.limits.pingInterval, .milliseconds(hello.minPingIntervalMs))
        if hello.maxReplyBytes > 0 { maxReplyBytes = min(maxReplyBytes, Int(hello.maxReplyBytes)) }
        connection.send(.hello, Hello(of: core.agent, core.limits))
    }

    func receivedTooLarge(id: UInt64?, size: Int) {
        let failure = RPCFailure(
            CallReason.requestTooLarge,
            "the frame has \(size) bytes; at most \(core.limits.requestBytes) are allowed"
        ).notProcessed()
        guard let id, id > lastID else { return refuse(failure) }
        lastID = id
        reject(failure, id)
    }

    func receivedGarbage(_ problem: WireError) {
        refuse(RPCFailure(CallReason.malformedFrame, "\(problem)"))
    }

    func receivedTooMany(_ excess: FrameAllowance.Excess) {
        switch excess {
        case .pings:
            let message = "pings are answered every \(core.limits.minPingInterval), not more often"
            refuse(RPCFailure(CallReason.tooManyPings, message))
        case .frames:
            let message =
                "beside requests, \(core.limits.unpairedFrames) frames more than the client receives are allowed; "
                + "cancel each call once, and grant credit for received items"
            refuse(RPCFailure(CallReason.tooManyFrames, message))
        }
    }

    func becameIdle() {
        guard admission.isIdle else { return }
        let message =
            "without HELLO and calls, a connection is closed after \(core.limits.idle); connect again for the next call"
        refuse(RPCFailure(CallReason.connectionIdle, message).notProcessed())
    }

    func buffered(_ difference: Int) {
        home.buffered(difference)
    }

    var bufferedBytes: Int { connection.bufferedBytes }

    /// Sends GOAWAY with the reason, cancels the calls in flight and closes.
    func refuse(_ failure: RPCFailure) {
        log(.warning, "connection refused: \(failure)")
        sendGoAway(failure)
        connection.close()
    }

    func cut(_ problem: String) {
        connection.cut(problem)
    }

    /// Drains in two steps, so that no call in transit is lost. The first GOAWAY stops new calls, while arriving ones
    /// are still accepted. The second names the last accepted call.
    func drain() {
        guard !isDraining else { return }
        isDraining = true
        sendGoAway(.draining, lastID: .max)
        if isGreeted { connection.send(.ping, id: Self.drainPing) }
        let step = TimerAction { [weak self] in self?.finishDrain() }
        drainTimer = loop.startTimer(step, at: loop.uptime + Self.drainStep)
    }

    /// The time between both steps for a client that does not answer the ping.
    private static let drainStep = Duration.milliseconds(500)
    /// The id of the ping whose PONG confirms the first step. Pings after silence have id 0.
    private static let drainPing: UInt64 = 1
    private var drainTimer: TimerWheel.Handle?

    private func finishDrain() {
        guard isDraining, admission.finalID == nil else { return }
        if let drainTimer { loop.cancelTimer(drainTimer) }
        admission.finalID = lastID
        sendGoAway(.draining)
        for stream in suspended.values.filter({ $0.flow != nil }).sorted(by: { $0.id < $1.id }) {
            stream.endStreamEarly(reason: StreamEnd.draining)
        }
        closeIfDrained()
    }

    private func sendGoAway(_ failure: RPCFailure, lastID: UInt64? = nil) {
        connection.send(.goaway, GoAway(lastID: lastID ?? self.lastID, status: failure.status))
    }

    private func closeIfDrained() {
        if admission.finalID != nil, admission.isIdle { connection.close() }
    }

    func closed(_ problem: String?) {
        admission.closed()
        if let problem { log(.info, "connection ended: \(problem)") }
        for exchange in suspended.values.sorted(by: { $0.id < $1.id }) { exchange.cancel("the connection ended") }
        home.closed(self)
    }

    private func log(_ level: RPCEvent.Level, _ message: String) {
        core.hooks.log(
            RPCEvent(
                level: level, message: message, peer: connection.transport.origin.peer, method: nil, trace: nil,
                requestID: nil
            ))
    }
}

extension RPCFailure {
    static let draining = RPCFailure(CallReason.draining, "this server is shutting down; call another instance")
        .notProcessed()

    fileprivate static func unknownMethod(_ name: String) -> RPCFailure {
        RPCFailure(
            CallReason.methodUnknown,
            "this server has no method \(name.isEmpty ? "without a name" : name); Reflection/ListMethods lists what it has"
        ).notProcessed()
    }
}
