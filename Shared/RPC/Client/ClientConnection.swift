import Kernel
import Messages

/// The client's end of one connection. Assigns ids to calls and delivers replies to callers.
final class ClientConnection: ConnectionSide, CallCarrier {
    private let peer: ClientPeer
    private let loop: EventLoop
    private let connection: Connection
    private let settings: ClientSettings
    private var pending: [UInt64: PendingCall] = [:]
    private var streamCount = 0
    private var lastID: UInt64 = 0
    private var maxRequestBytes: Int
    private var maxInFlight: Int
    /// The reason from the peer's GOAWAY.
    private var goodbye: RPCFailure?

    init(_ transport: any Transport, of peer: ClientPeer, on loop: EventLoop, _ settings: ClientSettings) {
        self.peer = peer
        self.loop = loop
        self.settings = settings
        maxRequestBytes = settings.limits.requestBytes
        maxInFlight = settings.limits.inFlightPerConnection
        connection = Connection(
            transport, on: loop, limits: settings.limits, maxFrameBytes: settings.limits.replyBytes,
            isServer: false)
        connection.liveness.pingsPeer = true
        connection.start(for: self)
        connection.send(.hello, Hello(of: settings.agent, settings.limits))
    }

    /// True while the connection accepts calls.
    var isOpen: Bool { connection.isOpen && goodbye == nil }
    /// True if the peer has sent anything other than GOAWAY, so it speaks this protocol.
    private(set) var hasReceived = false

    /// The number of calls and streams in flight.
    var load: Int { pending.count }

    // MARK: Calls

    /// True if the peer accepts one more unary call.
    var hasRoom: Bool { pending.count - streamCount < maxInFlight }

    func begin(_ call: PendingCall) {
        defer { loop.arena.reset() }
        do throws(MessageError) {
            let payload = try call.payload(in: loop.arena)
            guard let envelope = RequestEnvelope(call, payload, at: loop.uptime) else {
                let message =
                    "metadata has at most \(Frame.maxMetadataEntries) entries and \(Frame.maxMetadataBytes) bytes"
                let failure = RPCFailure(CallReason.metadataTooLarge, message)
                return call.end(.failure(failure.notProcessed()), on: loop)
            }
            guard envelope.size <= maxRequestBytes else {
                return call.end(.failure(tooLarge(call, payload.size)), on: loop)
            }
            lastID += 1
            pending[lastID] = call
            if call.method.isStream { streamCount += 1 }
            connection.send(.request, id: lastID, atMost: envelope.size) { envelope.write(call, into: &$0) }
            call.isCarried(by: self, as: lastID, on: loop)
        } catch {
            let failure = RPCFailure(CallReason.unsendableRequest, "the request cannot be sent: \(error)")
            call.end(.failure(failure.notProcessed()), on: loop)
        }
    }

    private func tooLarge(_ call: PendingCall, _ size: Int) -> RPCFailure {
        RPCFailure(
            CallReason.requestTooLarge,
            "the request of \(call.method.name) has \(size) bytes; with its envelope at most \(maxRequestBytes) are allowed"
        ).notProcessed()
    }

    /// Cancels a call. Its failure is indefinite, because the peer may have processed it already.
    func abandon(_ call: PendingCall, _ failure: RPCFailure) {
        guard remove(call.id) != nil else { return }
        connection.send(.cancel, id: call.id)
        call.end(.failure(failure.indefinite), on: loop)
        callEnded()
    }

    func grant(_ credit: UInt64, to call: PendingCall) {
        connection.send(.credit, id: call.id, atMost: WireWriter.maxFieldHeaderBytes) {
            $0.number(Frame.Field.credit, credit)
        }
    }

    private func remove(_ id: UInt64) -> PendingCall? {
        guard let call = pending.removeValue(forKey: id) else { return nil }
        if call.method.isStream { streamCount -= 1 }
        return call
    }

    // MARK: Frames

    func received(_ frame: Frame) {
        if frame.kind != .goaway { hasReceived = true }
        switch frame.kind {
        case .reply: finish(frame)
        case .item: pending[frame.id]?.take(frame.payload, loop.arena)
        case .goaway: goAway(frame)
        case .hello: greet(frame)
        default: break
        }
    }

    private func finish(_ frame: Frame) {
        guard let call = remove(frame.id) else { return }  // Cancelled meanwhile.
        call.end(frame.status.map { outcome($0, frame) } ?? .reply(frame.payload, reason: ""), on: loop)
        callEnded()
    }

    private func outcome(_ bytes: UnsafeRawBufferPointer, _ frame: Frame) -> PendingCall.Outcome {
        defer { loop.arena.reset() }
        do throws(MessageError) {
            let status = try Status(decoding: bytes, in: loop.arena)
            return status.code == 0 ? .reply(frame.payload, reason: status.reason) : .failure(RPCFailure(status))
        } catch {
            let message = "the status of a reply cannot be read: \(error)"
            return .failure(RPCFailure(CallReason.malformedReply, message).indefinite)
        }
    }

    private func greet(_ frame: Frame) {
        defer { loop.arena.reset() }
        guard let hello = try? Hello(decoding: frame.payload, in: loop.arena) else { return }
        loop.arena.reset()
        if hello.maxRequestBytes > 0 { maxRequestBytes = Int(hello.maxRequestBytes) }
        if hello.maxInFlight > 0 { maxInFlight = Int(hello.maxInFlight) }
        connection.liveness.pingInterval = max(settings.limits.pingInterval, .milliseconds(hello.minPingIntervalMs))
        peer.mayHaveRoom()
    }

    private func goAway(_ frame: Frame) {
        defer { loop.arena.reset() }
        guard let goAway = try? GoAway(decoding: frame.payload, in: loop.arena) else { return }
        let failure = goodbye(goAway.status)
        goodbye = failure
        peer.retires(self)
        let refused = pending.keys.filter { $0 > goAway.lastID }.sorted()
        for id in refused {
            remove(id)?.end(.failure(failure.notProcessed(retryAfter: failure.retryAfter)), on: loop)
        }
        callEnded()
    }

    /// The failure of a call after a GOAWAY: always UNAVAILABLE. The peer's reason and message are kept for the log.
    private func goodbye(_ status: Status?) -> RPCFailure {
        var failure = RPCFailure(CallReason.goaway, "\(peer.address) takes no more calls")
        guard let status, status.code != 0 else { return failure }
        let reported = RPCFailure(status)
        failure.reason = reported.reason
        failure.message += ": \(reported.message)"
        failure.retryAfter = reported.retryAfter
        return failure
    }

    func receivedTooLarge(id: UInt64?, size: Int) {
        guard let id, let call = pending[id] else { return }
        let failure = RPCFailure(
            CallReason.replyTooLarge,
            "the frame of the reply has \(size) bytes; at most \(settings.limits.replyBytes) are allowed")
        abandon(call, failure)
    }

    func receivedGarbage(_ problem: WireError) {
        connection.cut("the peer sent invalid bytes: \(problem)")
    }

    func receivedTooMany(_ excess: FrameAllowance.Excess) {
        connection.cut("the peer sends too many \(excess)")
    }

    func becameIdle() {}
    func buffered(_ difference: Int) {}

    // MARK: The end

    private func callEnded() {
        if goodbye == nil { return peer.mayHaveRoom() }
        if pending.isEmpty { connection.close() }
    }

    /// Fails all calls and closes the connection.
    func close() {
        let failure = RPCFailure(CallReason.clientShutDown, "this client was shut down during the call")
            .indefinite
        endAll(failure)
        connection.cut("this client was shut down")
    }

    func closed(_ problem: String?) {
        let message = "the connection to \(peer.address) was lost during the call" + (problem.map { ": \($0)" } ?? "")
        endAll(goodbye?.indefinite ?? RPCFailure(CallReason.connectionLost, message).indefinite)
        peer.closed(self)
    }

    private func endAll(_ failure: RPCFailure) {
        let calls = pending.sorted { $0.key < $1.key }.map(\.value)
        pending = [:]
        streamCount = 0
        for call in calls { call.end(.failure(failure), on: loop) }
    }
}

/// The envelope of a REQUEST.
private struct RequestEnvelope {
    private static let fieldCount = 13

    private let payload: RequestPayload
    private let timeoutMicroseconds: UInt64
    private let metadata: [[UInt8]]
    private let peer: [UInt8]
    let size: Int

    /// Nil if the metadata exceeds its limits.
    init?(_ call: PendingCall, _ payload: RequestPayload, at now: Uptime) {
        let options = call.attempt.options
        self.payload = payload
        let deadline = call.attempt.deadline
        timeoutMicroseconds =
            deadline == .never ? 0 : max(1, (deadline.nanoseconds - min(deadline.nanoseconds, now.nanoseconds)) / 1000)
        metadata = options.metadata.isEmpty ? [] : options.metadata.compactMap { try? $0.encoded() }
        peer = options.peer.map { Array($0.description.utf8) } ?? []
        let metadataBytes = metadata.reduce(0) { $0 + $1.count + WireWriter.maxFieldHeaderBytes }
        guard metadata.count == options.metadata.count, metadata.count <= Frame.maxMetadataEntries,
            metadataBytes <= Frame.maxMetadataBytes
        else { return nil }
        size =
            call.method.name.utf8.count + (options.credential?.count ?? 0) + metadataBytes + Frame.traceBytes
            + RequestID.byteCount + peer.count + payload.size + Self.fieldCount * WireWriter.maxFieldHeaderBytes
    }

    @inline(__always)
    func write(_ call: PendingCall, into writer: inout WireWriter) {
        let options = call.attempt.options
        call.method.name.utf8.withContiguousStorageIfAvailable {
            writer.bytes(Frame.Field.method, UnsafeRawBufferPointer($0))
        }
        writer.number(Frame.Field.timeout, timeoutMicroseconds)
        writer.number(Frame.Field.flags, call.method.isSafeToRepeat ? Frame.Flag.safeToRepeat : 0)
        for entry in metadata { entry.withUnsafeBytes { writer.bytes(Frame.Field.metadata, $0) } }
        if let trace = options.trace { writer.bytes(Frame.Field.trace, count: Frame.traceBytes, trace.write) }
        if let id = options.requestID { writer.bytes(Frame.Field.requestID, count: RequestID.byteCount, id.write) }
        writer.number(Frame.Field.attempt, UInt64(call.attempt.number))
        writer.number(Frame.Field.credit, call.firstCredit)
        options.credential?.withUnsafeBytes { writer.bytes(Frame.Field.credential, $0) }
        peer.withUnsafeBytes { writer.bytes(Frame.Field.peer, $0) }
        writer.bytes(Frame.Field.payload, count: payload.size) { payload.write(to: $0) }
    }
}
