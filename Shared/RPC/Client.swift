import Kernel
import Synchronization

/// Calls the methods of one peer, at one or several addresses.
///
/// Each loop has connections of its own. A task on a loop uses those, without any hop; a task elsewhere is brought to a
/// loop for the time of the call.
package final class Client: Sendable {
    private let loops: Loops
    private let lanes: [ClientLane]
    private let interceptors: [ClientInterceptor]

    package init(
        to addresses: [Address], on loops: Loops, network: (any Network)? = nil,
        settings: ClientSettings = ClientSettings()
    ) {
        precondition(!addresses.isEmpty, "a client needs an address")
        self.loops = loops
        interceptors = settings.interceptors
        let network = network ?? TCP(on: loops)
        lanes = loops.all.enumerated().map { index, loop in
            ClientLane(
                to: addresses, on: loop, network: network, settings: settings, seed: settings.seed &+ UInt64(index))
        }
    }

    deinit {
        for lane in lanes { lane.beginShutdown {} }
    }

    package func call<Request, Reply>(
        _ method: Method<Request, Reply>, _ request: Request, _ options: CallOptions = CallOptions()
    ) async throws(RPCFailure) -> Reply {
        let call = TypedCall<Request, Reply>(method.description, request)
        try await perform(call, options)
        return try answered(call.reply, method.description)
    }

    /// The items of a stream, opened when the first is asked for. `resume` makes the request with which a stream that was
    /// interrupted goes on; a stream that shows how things are now needs none.
    package func open<Request, Item>(
        _ method: StreamMethod<Request, Item>, _ request: Request, _ options: CallOptions = CallOptions(),
        resume: @escaping @Sendable (Request, _ last: Item?) -> Request = { request, _ in request }
    ) -> ItemStream<Request, Item> {
        ItemStream(client: self, method: method.description, request: request, options: options, resume: resume)
    }

    /// For tools: request and reply as bytes.
    package func callRaw(
        _ method: MethodDescription, payload: [UInt8], _ options: CallOptions = CallOptions()
    ) async throws(RPCFailure) -> [UInt8] {
        let call = RawCall(method, payload)
        try await perform(call, options)
        return try answered(call.reply, method)
    }

    /// Ends the connections; calls under way fail. Returns when all is closed.
    package func shutdown() async {
        for lane in lanes { lane.beginShutdown {} }
        for lane in lanes { await lane.shutdown() }
    }

    private func perform(_ call: AwaitedCall, _ options: CallOptions) async throws(RPCFailure) {
        let lane = laneHere
        if lane.loop.isHome, interceptors.isEmpty { return try await lane.perform(call, options) }
        if lane.loop.isHome { return try await intercepted(call, options, on: lane) }
        try await lane.loop.visited { [self] () async throws(RPCFailure) in
            try await intercepted(call, options, on: lane)
        }
    }

    private func intercepted(_ call: AwaitedCall, _ options: CallOptions, on lane: ClientLane) async throws(RPCFailure)
    {
        try await Interceptors.run(interceptors[...], around: call.method, options) {
            options async throws(RPCFailure) in
            try await lane.perform(call, options)
        }
    }

    private func answered<Reply>(_ reply: Reply?, _ method: MethodDescription) throws(RPCFailure) -> Reply {
        if let reply { return reply }
        throw RPCFailure(.internal, "NOT_SENT", "\(method.name) was neither refused nor sent by an interceptor")
    }

    /// The lane of the caller's loop, or else of the next in turn.
    var laneHere: ClientLane {
        let loop = loops.here
        return lanes.first { $0.loop === loop } ?? lanes[0]
    }
}

/// How a client goes about its calls.
package struct ClientSettings: Sendable {
    package var limits = Limits()
    /// Program and version, for the peer's log.
    package var agent = "onsale"
    /// Sent with each call that brings none of its own.
    package var credential: [UInt8] = []
    /// How long a call waits for a connection before it fails, as long as it has the time.
    package var connectPatience = Duration.seconds(5)
    /// How long one attempt to connect may take.
    package var connectTimeout = Duration.seconds(2)
    /// Around each unary call; the first is the outermost.
    package var interceptors: [ClientInterceptor] = []
    /// Where jitter comes from.
    package var seed = UInt64.random(in: 0 ... .max)

    package init() {}
}
