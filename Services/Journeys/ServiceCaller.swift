import Kernel
import RPC

/// Calls the services for one user or operator. Every journey takes one.
package struct ServiceCaller: Sendable {
    private static let maximumListed = 100_000

    package let connections: Connections
    /// Operators see everything without a pass.
    package let isOperator: Bool
    /// The longest wait for the answer to one call.
    package let timeout: Duration
    package let clock: any Clock
    package let records: Records
    /// The given id of the next request, to repeat it. Nil for a new id.
    package let requestID: RequestID?
    /// The client for which a web edge calls. Nil for every other program.
    private let peer: Address?
    private let trace: Trace?
    private let credential: @Sendable () async throws -> [UInt8]

    /// Called at the end of each call.
    package typealias Trace = @Sendable (TracedCall) -> Void

    /// `credential` throws if the caller is not signed in.
    package init(
        _ connections: Connections, isOperator: Bool, timeout: Duration, clock: any Clock, records: Records,
        requestID: RequestID?, peer: Address? = nil, trace: Trace? = nil,
        credential: @escaping @Sendable () async throws -> [UInt8]
    ) {
        self.connections = connections
        self.isOperator = isOperator
        self.timeout = timeout
        self.clock = clock
        self.records = records
        self.requestID = requestID
        self.peer = peer
        self.trace = trace
        self.credential = credential
    }

    package func newRequestID() -> RequestID { requestID ?? .make(at: clock.now) }

    /// Calls the service of the method. `service` is the one to call if each has the method. `sendsCredential` sends one
    /// even if the method does not require it.
    package func call<Request, Reply>(
        _ method: Method<Request, Reply>, _ request: Request, at service: Service? = nil, requestID: RequestID? = nil,
        sendsCredential: Bool = false
    ) async throws -> Reply {
        guard let service = service ?? Service(of: method.description) else {
            preconditionFailure("\(method.name) belongs to no service")
        }
        let options = try await options(of: method.description, requestID: requestID, sendsCredential: sendsCredential)
        let client = try connections.client(of: service)
        let start = clock.uptime
        func note(_ failure: RPCFailure?) {
            trace?(
                TracedCall(
                    method: method.description.name, service: service, requestID: options.requestID,
                    duration: clock.uptime - start, failure: failure))
        }
        do throws(RPCFailure) {
            let reply = try await client.call(method, request, options)
            note(nil)
            return reply
        } catch {
            note(error)
            throw CallFailure(error, of: service, requestID: requestID)
        }
    }

    func options(
        of method: MethodDescription, requestID: RequestID? = nil, sendsCredential: Bool = false
    ) async throws -> CallOptions {
        // Every write needs a request id, even if the request is idempotent by its content.
        CallOptions(
            timeout: method.isStream ? nil : timeout, requestID: requestID ?? .make(at: clock.now),
            credential: method.callers.isEmpty && !sendsCredential ? nil : try await credential(), peer: peer)
    }

    /// The elements of a paged list, or its first `limit` ones. `page` receives the last element of the page before. The
    /// service chooses the size of a page.
    package func allPages<Element: Sendable>(
        upTo limit: Int? = nil, _ page: (Element?) async throws -> (elements: [Element], hasMore: Bool)
    ) async throws -> [Element] {
        var all: [Element] = []
        while all.count < limit ?? Self.maximumListed {
            let next = try await page(all.last)
            all += next.elements
            guard next.hasMore, !next.elements.isEmpty else { return Array(all.prefix(limit ?? all.count)) }
        }
        guard let limit else { throw JourneyError.listTooLong(limit: Self.maximumListed) }
        return Array(all.prefix(limit))
    }
}

/// A call that has ended, for people who look for the cause of a failure.
package struct TracedCall: Sendable {
    package let method: String
    package let service: Service
    package let requestID: RequestID?
    package let duration: Duration
    /// Nil if it succeeded.
    package let failure: RPCFailure?
}
