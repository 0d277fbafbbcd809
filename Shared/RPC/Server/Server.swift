import Kernel
import Synchronization
import Threads

/// Answers calls on the given event loops.
package final class Server: Sendable {
    private let core: ServerCore
    private let network: any Network
    private let loops: [ServerLoop]
    private let listeners = Lock<[any Listener]>([])

    /// Every server also serves Health and Reflection.
    package init(
        _ services: [ServedService], on loops: Loops, network: (any Network)? = nil, limits: Limits = Limits(),
        agent: String = "onsale", hooks: ServerHooks = ServerHooks()
    ) {
        let core = ServerCore(services, limits: limits, agent: agent, hooks: hooks)
        self.core = core
        self.network = network ?? TCP(on: loops)
        self.loops = loops.all.map { ServerLoop(core, on: $0, of: loops.all.count) }
    }

    /// Returns the address with the chosen port if `address` has port 0.
    @discardableResult
    package func listen(on address: Address) throws(ListenError) -> Address {
        let listener = try network.listen(on: address, loops: loops.map(\.loop)) { [loops] transport, loop in
            loops.first { $0.loop === loop }?.accept(transport)
        }
        listeners.withLock { $0.append(listener) }
        return listener.address
    }

    /// The number of unary calls in flight.
    package var inFlight: Int { core.inFlight.load(ordering: .relaxed) }
    package var streamCount: Int { core.streamCount.load(ordering: .relaxed) }
    package var connectionCount: Int { core.connectionCount.load(ordering: .relaxed) }

    /// Stops accepting calls, waits for calls in flight, and cuts the remaining connections after `grace`.
    package func shutdown(grace: Duration = .seconds(10)) async {
        let open = listeners.withLock { listeners in
            defer { listeners = [] }
            return listeners
        }
        for listener in open { await listener.close() }
        for loop in loops { loop.beginDrain(grace: grace) }
        for loop in loops { await loop.drained() }
    }
}

/// A service and the handlers of its methods.
package struct ServedService: Sendable {
    package let description: ServiceDescription
    package let routes: [Route]

    package init(_ description: ServiceDescription, _ routes: [Route]) {
        self.description = description
        self.routes = routes
    }
}

/// The callbacks of a server into the program.
package struct ServerHooks: Sendable {
    /// Verifies a credential. The bytes are valid during the call only.
    package var verify: @Sendable (_ credential: UnsafeRawBufferPointer) throws(RPCFailure) -> Verified = {
        _ throws(RPCFailure) in throw RPCFailure(CallReason.credentialUnknown)
    }
    /// True if the service with this full name is healthy. Health uses it.
    package var isServing: @Sendable (_ service: String) -> Bool = { _ in true }
    /// The version of the program, of its contracts, and its commit. Health returns it.
    package var version = (number: "", contract: "", commit: "")
    package var log: @Sendable (RPCEvent) -> Void = { _ in }
    /// Maps an infrastructure error to a failure. Nil for an unexpected error, which is logged and answered as
    /// INTERNAL.
    package var failure: @Sendable (any Error) -> RPCFailure? = { _ in nil }
    /// Called for every request that is refused before a handler: too many, too large, not allowed, unknown.
    package var refused: (@Sendable (RPCFailure) -> Void)?
    /// Called at the end of every other call.
    package var measure: (@Sendable (CallMeasurement) -> Void)?

    package init() {}

    package init(verify: @escaping @Sendable (UnsafeRawBufferPointer) throws(RPCFailure) -> Verified) {
        self.verify = verify
    }
}

/// The caller of a valid credential, and the time until it expires.
package struct Verified: Sendable {
    package let caller: Caller
    package let remaining: Duration

    package init(_ caller: Caller, remaining: Duration) {
        self.caller = caller
        self.remaining = remaining
    }
}

/// The end of a call.
package struct CallMeasurement: Sendable {
    package let method: MethodDescription
    package let code: StatusCode
    /// The arrival of the request, on the clock of its event loop.
    package let arrived: Uptime
}

/// An event for the log.
package struct RPCEvent: Sendable {
    package enum Level: Sendable {
        case info, warning, error
    }

    package let level: Level
    package let message: String
    package let peer: String
    package let method: String?
    package let trace: TraceContext?
    package let requestID: RequestID?
}
