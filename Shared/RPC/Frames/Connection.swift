import Kernel
import Messages

/// The common part of both ends of a connection: splits frames, collects output, applies back-pressure, takes turns with
/// other connections, detects a lost peer. Its `side` interprets the frames.
///
/// Belongs to one event loop.
final class Connection: TransportReceiver {
    /// The reason for which input waits in `heldBack`.
    private enum Pause {
        case congestion, turn
    }

    let loop: EventLoop
    let transport: any Transport
    let limits: Limits
    private var side: (any ConnectionSide)?
    private var reader: FrameReader
    private var output = ByteBuffer()
    private var isFlushDue = false
    private var earlyFlush = EarlyFlush()
    /// Input that arrived before a pause and is not handled yet.
    private var heldBack = ByteBuffer()
    private var pause: Pause?
    private var share = TurnShare()
    private var waitingForRoom: [ItemFlow] = []
    /// The arrival time of the bytes being read.
    private(set) var received: Uptime
    /// True while frames are received and sent. Afterwards, pending output is still sent until the transport closes.
    private(set) var isOpen = true
    private var isClosed = false
    private var cutReason: String?

    var liveness: Liveness
    /// Bytes handed to the transport so far.
    private var sentBytes = 0
    /// The bytes in the buffers of this connection, as its side was told.
    private(set) var bufferedBytes = 0
    /// True for the server's end. Only the server stops reading from a peer that does not read, because two ends that
    /// wait for each other would deadlock.
    private let isServer: Bool
    private var allowance: FrameAllowance

    init(_ transport: any Transport, on loop: EventLoop, limits: Limits, maxFrameBytes: Int, isServer: Bool) {
        self.transport = transport
        self.loop = loop
        self.limits = limits
        self.isServer = isServer
        reader = FrameReader(maxBytes: maxFrameBytes)
        allowance = FrameAllowance(limits, isServer: isServer)
        liveness = Liveness(limits, at: loop.uptime)
        received = loop.uptime
    }

    /// Starts reading. The connection retains its side until it has closed.
    func start(for side: some ConnectionSide) {
        self.side = side
        transport.receiver = self
        transport.isReading = true
        loop.beginPulse(self)
    }

    // MARK: Output

    /// Appends a frame with the fields that `write` writes, in at most `size` bytes. The end of the turn writes it.
    @inline(__always)
    func send(_ kind: Kind, id: UInt64 = 0, atMost size: Int = 0, _ write: (inout WireWriter) -> Void = { _ in }) {
        guard isOpen else { return }
        let before = output.count
        output.appendFrame(atMost: 2 * WireWriter.maxFieldHeaderBytes + size) { writer in
            writer.number(Frame.Field.id, id)
            writer.number(Frame.Field.kind, UInt64(kind.rawValue))
            write(&writer)
        }
        use(output.count - before)
        allowance.didSend()
        if earlyFlush.isDue() { self.write() }
        guard !isFlushDue else { return }
        isFlushDue = true
        loop.flushLater(self)
    }

    /// Appends a frame with a message in `field`.
    @inline(__always)
    func send(_ kind: Kind, id: UInt64 = 0, _ message: LaidOutMessage, in field: UInt64 = Frame.Field.payload) {
        send(kind, id: id, atMost: WireWriter.maxFieldHeaderBytes + message.size) { $0.message(field, message) }
    }

    /// Appends a frame about the connection.
    func send(_ kind: Kind, _ message: some Message) {
        defer { loop.arena.reset() }
        if let message = try? message.laidOut(in: loop.arena) { send(kind, message) }
    }

    private func write() {
        if transport.unsentCount == 0 { handOver() }
    }

    private func handOver() {
        guard output.count > 0 else { return }
        sentBytes += output.count
        transport.send(output.bytes)
        output.removeAll()
    }

    /// Writes the output of a turn.
    func flush() {
        isFlushDue = false
        earlyFlush.endTurn()
        guard isOpen else { return }
        write()
        if unsentCount > limits.unsentBytes {
            return cut("the peer left \(unsentCount) bytes unread; \(limits.unsentBytes) are allowed")
        }
        resumeIfThereIsRoom()
        reportBuffers()
    }

    func didSend() {
        liveness.didSendAll()
        flush()
    }

    /// True if streams should wait because too much output is unsent.
    var isCongested: Bool { unsentCount > limits.highWaterBytes }

    func notifyWhenThereIsRoom(_ flow: ItemFlow) {
        waitingForRoom.append(flow)
    }

    private var unsentCount: Int { output.count + transport.unsentCount }

    // MARK: Input

    func didReceive(_ bytes: UnsafeRawBufferPointer) {
        guard isOpen else { return }
        liveness.didReceive(at: loop.uptime)
        if pause == nil {
            received = loop.uptime
            let unread = read(bytes)
            if unread > 0 { heldBack.append(UnsafeRawBufferPointer(rebasing: bytes.suffix(unread))) }
        } else {
            heldBack.append(bytes)  // Of a transport that had more bytes ready when it was paused.
        }
        if !isFlushDue { reportBuffers() }
    }

    /// Handles the frames in `bytes`. Returns the number of bytes that wait because of a pause.
    private func read(_ bytes: UnsafeRawBufferPointer) -> Int {
        var rest = bytes
        share.beginRead()
        while isOpen {
            if isServer, isCongested { return pauseReading(.congestion, before: rest) }
            if share.isUsedUp(in: loop.turnNumber, after: loop.turnWork) { return pauseReading(.turn, before: rest) }
            let left = rest.count
            let cut = reader.next(in: &rest)
            use(left - rest.count + TurnShare.bytesPerFrame)
            switch cut {
            case .frame(let bytes):
                liveness.isMidFrame(false, at: loop.uptime)
                take(bytes)
                if rest.count > 0 { use(share.workSinceLastFrame(at: loop.time())) }
            case .tooLarge(let id, let size):
                liveness.isMidFrame(false, at: loop.uptime)
                side?.receivedTooLarge(id: id, size: size)
            case .foreign(let problem): side?.receivedGarbage(problem)
            case .needsMore:
                liveness.isMidFrame(reader.isMidFrame, at: loop.uptime)
                return 0
            }
        }
        return 0
    }

    func use(_ work: Int) {
        share.use(work)
        loop.turnWork += work
    }

    private func take(_ bytes: UnsafeRawBufferPointer) {
        let frame: Frame
        do throws(WireError) {
            frame = try Frame(bytes)
        } catch {
            side?.receivedGarbage(error)
            return
        }
        if let excess = allowance.excess(with: frame.kind, at: loop.uptime) {
            side?.receivedTooMany(excess)
        } else if frame.kind == .ping {
            answerPing(frame)
        } else {
            side?.received(frame)
        }
    }

    private func answerPing(_ frame: Frame) {
        send(.pong, id: frame.id, atMost: WireWriter.maxFieldHeaderBytes + frame.payload.count) {
            $0.bytes(Frame.Field.payload, frame.payload)
        }
    }

    private func pauseReading(_ reason: Pause, before rest: UnsafeRawBufferPointer) -> Int {
        pause = reason
        if reason == .turn { loop.serveLater(self) }
        liveness.isMidFrame(false, at: loop.uptime)  // The rest of a frame is not late while we do not read.
        transport.isReading = false
        return rest.count
    }

    /// Handles input that exceeded the share of an earlier turn.
    func takeTurn() {
        if isOpen, pause == .turn { resumeReading() }
    }

    private func resumeIfThereIsRoom() {
        guard isOpen, unsentCount <= limits.highWaterBytes / 2 else { return }
        if !waitingForRoom.isEmpty {
            let waiting = waitingForRoom
            waitingForRoom = []
            for flow in waiting { flow.didGetRoom() }
        }
        if pause == .congestion { resumeReading() }
    }

    private func resumeReading() {
        pause = nil
        var waiting = ByteBuffer()  // A frame may close the connection, which frees `heldBack`.
        swap(&waiting, &heldBack)
        liveness.didReceive(at: loop.uptime)
        let unread = read(waiting.bytes)
        if unread > 0 {
            waiting.keepLast(unread)
            swap(&waiting, &heldBack)
        }
        if isOpen, pause == nil { transport.isReading = true }
        if !isFlushDue { reportBuffers() }
    }

    // MARK: Silence and the end

    /// Checks for silence and stalls, and frees unused memory. Returns false if the connection has closed.
    func pulse(at now: Uptime) -> Bool {
        guard !isClosed else { return false }
        output.releaseIfUnused()
        transport.adaptBuffers()
        let state = Liveness.State(
            sent: sentBytes, unsent: transport.unsentCount, isOpen: isOpen, isPaused: pause != nil)
        switch liveness.check(state, at: now) {
        case .alive: break
        case .mustPing: send(.ping)
        case .isIdle: side?.becameIdle()
        case .isLost(let problem): cut(problem)
        }
        return true
    }

    /// Tells the side how much memory this connection keeps for its peer.
    private func reportBuffers() {
        let isGone = isClosed || cutReason != nil
        let bytes = isGone ? 0 : unsentCount + heldBack.count + reader.bufferedBytes
        guard bytes != bufferedBytes else { return }
        let difference = bytes - bufferedBytes
        bufferedBytes = bytes
        side?.buffered(difference)
    }

    /// Sends the pending output, then closes.
    func close() {
        guard isOpen else { return }
        handOver()
        isOpen = false
        heldBack.release()
        transport.close()
        reportBuffers()
    }

    /// Closes immediately. The log contains the reason.
    func cut(_ problem: String) {
        guard !isClosed else { return }
        cutReason = cutReason ?? problem
        isOpen = false
        output.release()
        heldBack.release()
        reportBuffers()
        transport.abort()
    }

    func didClose(_ problem: String?) {
        isOpen = false
        isClosed = true
        output.release()
        heldBack.release()
        waitingForRoom = []
        reportBuffers()
        let side = self.side
        self.side = nil
        side?.closed(cutReason ?? problem)
    }
}
