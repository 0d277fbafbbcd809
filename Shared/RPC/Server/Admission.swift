import Kernel
import Messages
import Synchronization

/// Decides whether a request of one connection becomes a call: limits, deadline, credential and role.
struct Admission {
    private let core: ServerCore
    private let loop: EventLoop
    private let origin: Origin
    private var credentials = CredentialCache()
    private var inFlight = 0
    private var streamCount = 0
    /// The calls without a credential.
    private let anonymous = CallerLoad()
    /// The server refuses calls above this id, because it is draining.
    var finalID: UInt64?

    init(to core: ServerCore, on loop: EventLoop, from origin: Origin) {
        self.core = core
        self.loop = loop
        self.origin = origin
    }

    /// True if the connection has neither calls nor streams.
    var isIdle: Bool { inFlight == 0 && streamCount == 0 }

    /// Called once when the connection has closed.
    func closed() {
        core.releaseCachePlaces(credentials.takenPlaceCount)
    }

    /// Counts the start (1) or the end (-1) of a call.
    mutating func count(_ difference: Int, of call: Call) {
        if call.method.isStream {
            streamCount += difference
            core.streamCount.wrappingAdd(difference, ordering: .relaxed)
            call.load?.streamCount.wrappingAdd(difference, ordering: .relaxed)
        } else {
            inFlight += difference
            core.inFlight.wrappingAdd(difference, ordering: .relaxed)
            call.load?.inFlight.wrappingAdd(difference, ordering: .relaxed)
        }
    }

    /// The failure of a request above a limit, or nil.
    func refusal(of frame: Frame, to method: MethodDescription) -> RPCFailure? {
        if let finalID, frame.id > finalID { return RPCFailure.draining }
        if method.isStream {
            if streamCount >= core.limits.streamsPerConnection {
                return .tooManyCalls("\(streamCount) streams are open on this connection", core.limits.retryAfter)
            }
            guard core.streamCount.load(ordering: .relaxed) >= core.limits.streams else { return nil }
            return .tooManyCalls("\(core.limits.streams) streams are open in this server", core.limits.retryAfter)
        }
        if inFlight >= core.limits.inFlightPerConnection {
            return .tooManyCalls(
                "\(core.limits.inFlightPerConnection) calls are in flight on this connection", core.limits.retryAfter)
        }
        if core.inFlight.load(ordering: .relaxed) >= core.limits.inFlight {
            return .tooManyCalls("\(core.limits.inFlight) calls are in flight in this server", core.limits.retryAfter)
        }
        return nil
    }

    /// Refuses a call of a user above the user's own limit. Keeps a quarter of the server's limit for callers without a
    /// call.
    private func check(_ load: CallerLoad, of caller: Caller?, to method: MethodDescription) throws(RPCFailure) {
        let limits = core.limits
        if method.isStream {
            let own = caller == nil ? nil : limits.streamsPerUser
            try check(load.streamCount, own, core.streamCount, limits.streams, "streams are open")
        } else {
            let own = caller == nil ? nil : limits.inFlightPerUser
            try check(load.inFlight, own, core.inFlight, limits.inFlight, "calls are in flight")
        }
    }

    private func check(
        _ ownCount: borrowing Atomic<Int>, _ ownLimit: Int?, _ count: borrowing Atomic<Int>, _ limit: Int,
        _ things: String
    ) throws(RPCFailure) {
        let own = ownCount.load(ordering: .relaxed)
        if let ownLimit, own >= ownLimit {
            throw .tooManyCalls("\(own) \(things) for this user on all connections", core.limits.retryAfter)
        }
        let shared = limit - limit / 4
        if own > 0, count.load(ordering: .relaxed) >= shared {
            throw .tooManyCalls(
                "\(shared) \(things) in this server for callers with more than one", core.limits.retryAfter)
        }
    }

    /// Returns the call of a request. Throws if its deadline has passed or its credential is not accepted.
    mutating func call(_ method: MethodDescription, _ frame: Frame, received: Uptime) throws(RPCFailure) -> Call {
        let asked = Duration.microseconds(Int64(clamping: frame.timeoutMicroseconds))
        let (usual, longest) =
            method.isStream
            ? (core.limits.longestStream, core.limits.longestStream)
            : (core.limits.defaultTimeout, core.limits.longestTimeout)
        let timeout = asked == .zero ? usual : min(asked, longest)
        let deadline = received + timeout
        guard deadline > loop.uptime else {
            throw RPCFailure(
                CallReason.deadlineExceeded, "the deadline of \(method.name) passed before it started"
            ).notProcessed()
        }
        let identified = try caller(of: method, frame.credential)
        let load = identified.map(\.load) ?? anonymous
        if let load { try check(load, of: identified?.caller, to: method) }
        // A stream ends with its credential. Its reader opens it again, with the next credential.
        let end = method.isStream ? min(deadline, identified?.expires ?? deadline) : deadline
        let isLogged = method.isWriteOfOperators && identified?.caller.role == .operator
        return Call(
            method, caller: identified?.caller, deadline: end,
            requestID: RequestID(bytes: frame.requestID), trace: TraceContext(frame.trace),
            metadata: try entries(frame.metadata), origin: try origin(of: frame), load: load,
            loggedRequest: isLogged ? Array(frame.payload) : nil)
    }

    private mutating func caller(of method: MethodDescription, _ credential: UnsafeRawBufferPointer) throws(RPCFailure)
        -> CredentialCache.Identified?
    {
        if credential.isEmpty {
            guard method.callers.isEmpty else {
                throw RPCFailure(
                    CallReason.credentialMissing,
                    "\(method.name) is for \(method.callers) only: sign in and send the credential")
            }
            return nil
        }
        let identified = try credentials.caller(credential, at: loop.uptime, of: core)
        let caller = identified.caller
        guard method.callers.isEmpty || method.callers.contains(caller.role) else {
            throw RPCFailure(
                CallReason.roleNotAllowed,
                "\(method.name) is for \(method.callers), and you are \(caller.role)")
        }
        guard caller.role != .service || origin.mayActAsProgram else {
            throw RPCFailure(CallReason.certificateMissing)
        }
        guard caller.role != .operator || caller.duties.suffice(for: method.duties) else {
            throw RPCFailure(
                CallReason.dutyMissing,
                "\(method.name) needs the duty \(method.duties.alternatives), and you have \(caller.duties): "
                    + "ask an owner to grant it")
        }
        return identified
    }

    /// The other end of a call: that of the connection, or the one that a web edge tells.
    private func origin(of frame: Frame) throws(RPCFailure) -> Origin {
        if frame.peer.isEmpty { return origin }
        guard origin.mayNamePeers else { throw RPCFailure(CallReason.peerNotAllowed) }
        guard let text = String(validating: frame.peer, as: UTF8.self), let client = Address(text),
            IPAddress(client.host) != nil
        else {
            let rule = "must be an IP address with a port, such as 203.0.113.7:50312 or [2001:db8::7]:0"
            throw .invalid("peer", rule, got: Excerpt.of(frame.peer))
        }
        var forwarded = origin
        forwarded.forward(client)
        return forwarded
    }

    private func entries(_ metadata: [UnsafeRawBufferPointer]) throws(RPCFailure) -> [MetadataField] {
        if metadata.isEmpty { return [] }
        defer { loop.arena.reset() }
        do throws(MessageError) {
            var entries: [MetadataField] = []
            for bytes in metadata { entries.append(try MetadataField(decoding: bytes, in: loop.arena)) }
            return entries
        } catch {
            throw RPCFailure(CallReason.malformedMetadata, "\(error)")
        }
    }
}

extension RPCFailure {
    fileprivate static func tooManyCalls(_ state: String, _ retryAfter: Duration) -> RPCFailure {
        RPCFailure(CallReason.tooManyCalls, "\(state), which is the limit").notProcessed(retryAfter: retryAfter)
    }
}
