import Kernel
import Synchronization

/// The state that all connections of a server share.
final class ServerCore: Sendable {
    let limits: Limits
    let agent: String
    let hooks: ServerHooks
    let methods: MethodTable
    /// Unary calls in flight, streams, and connections on all loops.
    let inFlight = Atomic(0)
    let streamCount = Atomic(0)
    let connectionCount = Atomic(0)
    private let cachePlaceCount = Atomic(0)
    let users = UserLoads()
    let networks = NetworkLoads()

    init(_ services: [ServedService], limits: Limits, agent: String, hooks: ServerHooks) {
        self.limits = limits
        self.agent = agent
        self.hooks = hooks
        let builtIn = BuiltInServices(services: services.map(\.description), hooks: hooks)
        methods = MethodTable(services.flatMap(\.routes) + builtIn.routes)
    }

    /// Takes places for a cache of credentials. Returns false if there are not so many left.
    func takeCachePlaces(_ count: Int) -> Bool {
        let taken = cachePlaceCount.wrappingAdd(count, ordering: .relaxed).newValue <= limits.cachedCredentials
        if !taken { releaseCachePlaces(count) }
        return taken
    }

    func releaseCachePlaces(_ count: Int) {
        cachePlaceCount.wrappingSubtract(count, ordering: .relaxed)
    }

    func failure(for error: any Error, of call: Call) -> RPCFailure {
        switch error {
        case var failure as RPCFailure:
            if !call.mayClaimNotProcessed { failure.isNotProcessed = false }
            return failure
        case let refusal as any Refusal: return refusal.failure
        case is CancellationError:
            return RPCFailure(CallReason.cancelled, "\(call.method.name) was cancelled").indefinite
        default:
            if let failure = hooks.failure(error) { return call.mayClaimNotProcessed ? failure : failure.indefinite }
            hooks.log(
                RPCEvent(
                    level: .error, message: "\(call.method.name) failed: \(error)", peer: call.peer,
                    method: call.method.name, trace: call.trace, requestID: call.requestIDIfAny))
            let message = "\(call.method.name) failed inside the server; see the log of the service"
            return RPCFailure(CallReason.internal, message).indefinite
        }
    }
}
