import Kernel
import Synchronization
import Threads

/// Answers calls, with the loops it is given.
package final class Server: Sendable {
    private let core: ServerCore
    private let network: any Network
    private let loops: [ServerLoop]
    private let listeners = Lock<[any Listener]>([])

    /// Every server also answers Health and Reflection.
    package init(
        _ services: [ServedService], on loops: Loops, network: (any Network)? = nil, limits: Limits = Limits(),
        agent: String = "onsale", hooks: ServerHooks = ServerHooks()
    ) {
        let core = ServerCore(services, limits: limits, agent: agent, hooks: hooks)
        self.core = core
        self.network = network ?? TCP(on: loops)
        self.loops = loops.all.map { ServerLoop(core, on: $0) }
    }

    /// Returns the address, with the port that was chosen where port 0 was asked for.
    @discardableResult
    package func listen(on address: Address) throws(ListenError) -> Address {
        let listener = try network.listen(on: address, loops: loops.map(\.loop)) { [loops] transport, loop in
            loops.first { $0.loop === loop }?.accept(transport)
        }
        listeners.withLock { $0.append(listener) }
        return listener.address
    }

    /// Unary calls under way.
    package var inFlight: Int { core.inFlight.load(ordering: .relaxed) }
    package var streamCount: Int { core.streamCount.load(ordering: .relaxed) }
    package var connectionCount: Int { core.connectionCount.load(ordering: .relaxed) }

    /// Takes no new calls, lets those under way end, and cuts what is left after `grace`.
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

/// A service with what answers its methods.
package struct ServedService: Sendable {
    package let description: ServiceDescription
    package let routes: [Route]

    package init(_ description: ServiceDescription, _ routes: [Route]) {
        self.description = description
        self.routes = routes
    }
}

/// What a server asks of the rest of the program.
package struct ServerHooks: Sendable {
    /// Says who a credential belongs to. `bytes` are good during the call only.
    package var verify: @Sendable (_ credential: UnsafeRawBufferPointer) throws(RPCFailure) -> Verified
    /// Whether a service, by its full name, can do its work now. For Health.
    package var isServing: @Sendable (_ service: String) -> Bool
    package var log: @Sendable (RPCEvent) -> Void
    /// What an error of the machinery means to a caller. Nil for one that nobody expected: it is logged, and answered
    /// INTERNAL.
    package var failure: @Sendable (any Error) -> RPCFailure?
    /// Around each handler; the first is the outermost.
    package var interceptors: [ServerInterceptor] = []
    /// Hears of every request that was answered without a handler: too many, too large, not allowed, not known.
    package var refused: (@Sendable (RPCFailure) -> Void)?
    /// Hears of every other call when it has ended.
    package var measure: (@Sendable (CallMeasurement) -> Void)?

    package init(
        verify: @escaping @Sendable (UnsafeRawBufferPointer) throws(RPCFailure) -> Verified = { _ throws(RPCFailure) in
            throw RPCFailure(.unauthenticated, "CREDENTIAL_UNKNOWN", "this server knows no credentials")
        },
        isServing: @escaping @Sendable (String) -> Bool = { _ in true },
        log: @escaping @Sendable (RPCEvent) -> Void = { _ in },
        failure: @escaping @Sendable (any Error) -> RPCFailure? = { _ in nil },
        refused: (@Sendable (RPCFailure) -> Void)? = nil, measure: (@Sendable (CallMeasurement) -> Void)? = nil
    ) {
        self.verify = verify
        self.isServing = isServing
        self.log = log
        self.failure = failure
        self.refused = refused
        self.measure = measure
    }
}

/// A caller whose credential was found good, and for how long that can be relied on.
package struct Verified: Sendable {
    package let caller: Caller
    package let remaining: Duration

    package init(_ caller: Caller, remaining: Duration) {
        self.caller = caller
        self.remaining = remaining
    }
}

package struct CallMeasurement: Sendable {
    package let method: MethodDescription
    package let code: StatusCode
    package let duration: Duration
}

/// Something worth a line in the log.
package struct RPCEvent: Sendable {
    package enum Level: Sendable {
        case debug, info, warning, error
    }

    package let level: Level
    package let message: String
    package let peer: String
    package let method: String?
    package let trace: TraceContext?
    package let requestID: RequestID?
}
