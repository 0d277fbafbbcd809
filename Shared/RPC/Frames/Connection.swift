import Kernel
import Messages

/// The common part of both ends of a connection: splits frames, collects output, applies back-pressure, detects a lost
/// peer. Its `side` interprets the frames.
///
/// Belongs to one event loop.
final class Connection: TransportReceiver {
    /// After this many frames, a turn writes its output early.
    private static let firstEarlyFlush = 32
    /// Pings that the peer may send at once. Then one per `minPingInterval`.
    private static let pingBurst = 8

    let loop: EventLoop
    let transport: any Transport
    let limits: Limits
    private var side: (any ConnectionSide)?
    private var reader: FrameReader
    private var output = ByteBuffer()
    private var isFlushDue = false
    private var unflushedFrames = 0
    private var framesToFlushEarly = firstEarlyFlush
    /// Input that arrived during back-pressure.
    private var heldBack = ByteBuffer()
    private var waitingForRoom: [ItemFlow] = []
    private var isHeldBack = false
    /// The arrival time of the bytes being read.
    private(set) var received: Uptime
    /// True while frames are received and sent. Afterwards, pending output is still sent until the transport closes.
    private(set) var isOpen = true
    private var isClosed = false
    private var cutReason: String?

    private var lastReceived: Uptime
    private var pingSent: Uptime?
    /// The time since which the peer has read nothing. Nil if no output waits.
    private var unsentSince: Uptime?
    /// The time since which a received frame is incomplete. Nil if there is none.
    private var midFrameSince: Uptime?
    private var unsentAtPulse = 0
    /// The silence after which the peer is pinged.
    var pingInterval: Duration
    /// True to stop reading from a peer that does not read. Only the server does it, because two ends that wait for
    /// each other would deadlock.
    private let holdsBack: Bool
    private var pings: RateLimiter
    /// True to ping the peer after silence. A peer that never sent HELLO may not support PING.
    var pingsPeer = false

    init(_ transport: any Transport, on loop: EventLoop, limits: Limits, maxFrameBytes: Int, holdsBack: Bool) {
        self.transport = transport
        self.loop = loop
        self.limits = limits
        self.holdsBack = holdsBack
        pingInterval = limits.pingInterval
        reader = FrameReader(maxBytes: maxFrameBytes)
        pings = RateLimiter(burst: Self.pingBurst, interval: limits.minPingInterval)
        lastReceived = loop.uptime
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
        output.appendFrame(atMost: 2 * WireWriter.maxFieldHeaderBytes + size) { writer in
            writer.number(Frame.Field.id, id)
            writer.number(Frame.Field.kind, UInt64(kind.rawValue))
            write(&writer)
        }
        unflushedFrames += 1
        if unflushedFrames == framesToFlushEarly { flushEarly() }
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

    /// Writes a part of a long turn's output, so that the peer can start on another core. Each part is twice as long as
    /// the previous one, which keeps the number of writes low.
    private func flushEarly() {
        write()
        unflushedFrames = 0
        framesToFlushEarly *= 2
    }

    private func write() {
        guard transport.unsentCount == 0, output.count > 0 else { return }
        transport.send(output.bytes)
        output.removeAll()
    }

    /// Writes the output of a turn.
    func flush() {
        isFlushDue = false
        unflushedFrames = 0
        framesToFlushEarly = Self.firstEarlyFlush
        guard isOpen else { return }
        write()
        if unsentCount > limits.unsentBytes {
            return cut("the peer left \(unsentCount) bytes unread; \(limits.unsentBytes) are allowed")
        }
        resumeReadingIfPossible()
    }

    func didSend() {
        unsentSince = nil
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
        lastReceived = loop.uptime
        received = loop.uptime
        pingSent = nil
        read(bytes)
    }

    private func read(_ bytes: UnsafeRawBufferPointer) {
        var rest = bytes
        while isOpen {
            if holdsBack, isCongested { return holdBack(rest) }
            switch reader.next(in: &rest) {
            case .frame(let bytes):
                midFrameSince = nil
                take(bytes)
            case .tooLarge(let id, let size):
                midFrameSince = nil
                side?.receivedTooLarge(id: id, size: size)
            case .foreign(let problem): side?.receivedGarbage(problem)
            case .needsMore:
                midFrameSince = reader.isMidFrame ? midFrameSince ?? loop.uptime : nil
                return
            }
        }
    }

    private func take(_ bytes: UnsafeRawBufferPointer) {
        let frame: Frame
        do throws(WireError) {
            frame = try Frame(bytes)
        } catch {
            side?.receivedGarbage(error)
            return
        }
        switch frame.kind {
        case .ping: pings.admit(at: loop.uptime) ? answerPing(frame) : side?.receivedTooManyPings()
        default: side?.received(frame)
        }
    }

    private func answerPing(_ frame: Frame) {
        send(.pong, id: frame.id, atMost: WireWriter.maxFieldHeaderBytes + frame.payload.count) {
            $0.bytes(Frame.Field.payload, frame.payload)
        }
    }

    private func holdBack(_ bytes: UnsafeRawBufferPointer) {
        isHeldBack = true
        midFrameSince = nil  // The rest of a frame is not late while we do not read.
        transport.isReading = false
        heldBack.append(bytes)
    }

    private func resumeReadingIfPossible() {
        guard isOpen, unsentCount <= limits.highWaterBytes / 2 else { return }
        if !waitingForRoom.isEmpty {
            let waiting = waitingForRoom
            waitingForRoom = []
            for flow in waiting { flow.didGetRoom() }
        }
        guard isHeldBack else { return }
        isHeldBack = false
        var waiting = ByteBuffer()
        swap(&waiting, &heldBack)
        read(waiting.bytes)
        if isOpen, !isHeldBack { transport.isReading = true }
    }

    // MARK: Silence and the end

    /// Checks for silence and stalls. Returns false if the connection has closed.
    func pulse(at now: Uptime) -> Bool {
        guard !isClosed else { return false }
        let unsent = transport.unsentCount
        if unsent == 0 {
            unsentSince = nil
        } else if unsentSince == nil || unsent < unsentAtPulse {
            unsentSince = now
        }
        unsentAtPulse = unsent
        if let unsentSince, now - unsentSince > limits.stall {
            cut("the peer has read nothing for \(limits.stall)")
        } else if !isOpen {
            return true
        } else if let midFrameSince, now - midFrameSince > limits.stall {
            cut("the peer has not finished a frame for \(limits.stall)")
        } else if let pingSent, now - pingSent > limits.pingTimeout, !isHeldBack, unsent == 0 {
            cut("the peer did not answer a ping for \(limits.pingTimeout)")
        } else if pingsPeer, pingSent == nil, !isHeldBack, now - lastReceived > pingInterval {
            pingSent = now
            send(.ping)
        }
        return true
    }

    /// Sends the pending output, then closes.
    func close() {
        guard isOpen else { return }
        if output.count > 0 {
            transport.send(output.bytes)
            output.release()
        }
        isOpen = false
        transport.close()
    }

    /// Closes immediately. The log contains the reason.
    func cut(_ problem: String) {
        guard !isClosed else { return }
        cutReason = cutReason ?? problem
        isOpen = false
        output.release()
        transport.abort()
    }

    func didClose(_ problem: String?) {
        isOpen = false
        isClosed = true
        output.release()
        heldBack.release()
        waitingForRoom = []
        let side = self.side
        self.side = nil
        side?.closed(cutReason ?? problem)
    }
}

/// One end of a connection, which interprets its frames.
protocol ConnectionSide: AnyObject {
    /// `frame` is valid during the call only.
    func received(_ frame: Frame)
    /// A frame above the limit was skipped.
    func receivedTooLarge(id: UInt64?, size: Int)
    /// The bytes are not a frame or an envelope, so the rest of the stream is unusable.
    func receivedGarbage(_ problem: WireError)
    func receivedTooManyPings()
    /// The last callback.
    func closed(_ problem: String?)
}
