import Kernel
import Messages

enum ProtocolVersion {
    static let current: UInt32 = 1
}

extension Hello {
    init(of agent: String, _ limits: Limits) {
        self.init()
        minVersion = ProtocolVersion.current
        maxVersion = ProtocolVersion.current
        self.agent = agent
        maxRequestBytes = UInt32(clamping: limits.requestBytes)
        maxReplyBytes = UInt32(clamping: limits.replyBytes)
        maxInFlight = UInt32(clamping: limits.inFlightPerConnection)
        minPingIntervalMs = UInt32(clamping: limits.minPingInterval.milliseconds)
    }

    /// True if the peer supports `version`. Without versions, the peer supports version 1.
    func speaks(_ version: UInt32) -> Bool {
        max(1, minVersion) <= version && version <= max(1, maxVersion)
    }
}

extension Connection {
    /// Sends a frame about the connection with a message as payload.
    func send(_ message: some Message, as kind: UInt64) {
        defer { loop.arena.reset() }
        guard let laidOut = try? message.laidOut(in: loop.arena) else { return }
        let size = laidOut.packedSize
        send(atMost: 3 * WireWriter.maxFieldHeaderBytes + size) { writer in
            writer.number(Frame.Field.kind, kind)
            writer.message(Frame.Field.payload, laidOut, size: size)
        }
    }

    func sendGoAway(lastID: UInt64, _ failure: RPCFailure) {
        var goAway = GoAway()
        goAway.lastID = lastID
        goAway.status = failure.status
        send(goAway, as: Frame.Kind.goAway)
    }

    func sendPing(id: UInt64 = 0) {
        send(atMost: 2 * WireWriter.maxFieldHeaderBytes) { writer in
            writer.number(Frame.Field.id, id)
            writer.number(Frame.Field.kind, Frame.Kind.ping)
        }
    }
}
