import Kernel
import Synchronization

/// Calls the methods of one peer at one or several addresses.
///
/// Each event loop has its own connections. A task on a loop uses them without a thread hop. A task elsewhere moves to
/// a loop for the duration of the call.
package final class Client: Sendable {
    private let loops: Loops
    private let lanes: [ClientLane]

    package init(
        to addresses: [Address], on loops: Loops, network: (any Network)? = nil,
        settings: ClientSettings = ClientSettings()
    ) {
        precondition(!addresses.isEmpty, "a client needs an address")
        self.loops = loops
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
        return answered(call.reply, method.description)
    }

    /// The items of a stream, which opens with the first read.
    package func open<Request, Item>(
        _ method: StreamMethod<Request, Item>, _ request: Request, _ options: CallOptions = CallOptions()
    ) -> ItemStream<Request, Item> {
        ItemStream(client: self, method: method.description, request: request, options: options)
    }

    /// Calls a method with the bytes of request and reply, for tools.
    package func callRaw(
        _ method: MethodDescription, payload: [UInt8], _ options: CallOptions = CallOptions()
    ) async throws(RPCFailure) -> [UInt8] {
        let call = RawCall(method, payload)
        try await perform(call, options)
        return answered(call.reply, method)
    }

    /// Closes all connections and fails the calls in flight. Returns when everything is closed.
    package func shutdown() async {
        for lane in lanes { lane.beginShutdown {} }
        for lane in lanes { await lane.shutdown() }
    }

    private func perform(_ call: AwaitedCall, _ options: CallOptions) async throws(RPCFailure) {
        let lane = laneHere
        if lane.loop.runsCurrentTask { return try await lane.perform(call, options) }
        try await lane.loop.perform { () async throws(RPCFailure) in try await lane.perform(call, options) }
    }

    @inline(__always)
    private func answered<Reply>(_ reply: Reply?, _ method: MethodDescription) -> Reply {
        guard let reply else { preconditionFailure("\(method.name) succeeded without a reply") }
        return reply
    }

    /// The lane of the caller's loop, or of the next loop in turn.
    var laneHere: ClientLane {
        let loop = loops.here
        return lanes.first { $0.loop === loop } ?? lanes[0]
    }
}

/// The settings of a client.
package struct ClientSettings: Sendable {
    package var limits = Limits()
    /// Program and version, for the peer's log.
    package var agent = "onsale"
    /// The credential of calls that have none in their options.
    package var credential: [UInt8] = []
    /// The time that a call waits for a connection, within its deadline.
    package var longestConnectionWait = Duration.seconds(5)
    /// The time-out of one attempt to connect.
    package var connectTimeout = Duration.seconds(2)
    /// The seed of the jitter.
    package var seed = UInt64.random(in: 0 ... .max)

    package init() {}
}
