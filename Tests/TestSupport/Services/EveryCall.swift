import ConcertAPI
import Identity
import Kernel
import Messages
import QueueAPI
import RPC
import Threads
import WalletAPI

/// One sale that makes each call of the three services twice, with the same request and the same id.
///
/// A method that the sale does not call is called at its end. Its request has the values that earlier messages had in
/// fields of the same names.
///
/// The wallet service must reach the other two, and no other test may use them. The clock of the services should stand
/// still, because an answer with a time differs otherwise.
package final class EveryCall: Sendable {
    package typealias Connect = @Sendable (TestCaller?) -> Client

    private static let maximumTries = 10
    let now: Timestamp
    private let clients: [(service: ServiceDescription, connect: Connect)]
    private let before: @Sendable (MethodDescription) async throws -> Void
    private let between: @Sendable (MethodDescription) async throws -> Void
    private let keysOfOthers: KeyFile?
    /// Runs the job of the queue service that signs checkpoints.
    let logLines: @Sendable () async throws -> Void
    private let state = Lock(State())

    private struct State {
        var violations: [String] = []
        var made: Set<String> = []
        var requests: UInt64 = 0
        var values = EarlierValues()
    }

    /// `before` runs before each pair of calls, and `between` between the two. With `keysOfOthers`, each caller without permission first
    /// makes the same call, with the same request id. So a call that is refused and yet changes something makes the pair
    /// fail.
    package init(
        queue: @escaping Connect, concert: @escaping Connect, wallet: @escaping Connect, now: Timestamp,
        keysOfOthers: KeyFile? = nil, logLines: @escaping @Sendable () async throws -> Void,
        before: @escaping @Sendable (MethodDescription) async throws -> Void = { _ in },
        between: @escaping @Sendable (MethodDescription) async throws -> Void = { _ in }
    ) {
        self.before = before
        clients = [(QueueMethods.service, queue), (ConcertMethods.service, concert), (WalletMethods.service, wallet)]
        self.now = now
        self.keysOfOthers = keysOfOthers
        self.logLines = logLines
        self.between = between
    }

    /// Makes all calls. Returns a sentence for each call with a different second answer, and for each method that needs a
    /// call of its own in the sale. Throws if a call of the sale fails.
    package func violations() async throws -> [String] {
        let buyer = try await runSale()
        for (service, connect) in clients {
            for method in service.methods where state.withLock({ !$0.made.contains(method.name) }) {
                try await callByItself(method, connect(caller(of: method, buyer)))
            }
        }
        return state.withLock { $0.violations }
    }

    private func caller(of method: MethodDescription, _ buyer: TestCaller) -> TestCaller? {
        if method.callers.isEmpty { return nil }
        return [buyer, .operator].first { method.callers.contains($0.role) } ?? .service
    }

    /// Calls a method twice with values of earlier messages. A method that reads must succeed. Others may be refused,
    /// because the sale is over.
    private func callByItself(_ method: MethodDescription, _ client: Client) async throws {
        let addCall = "add a call of it to EveryCallSale"
        if method.isStream { return note("\(method.name) is a stream: \(addCall)") }
        let request = state.withLock { $0.values.request(as: method.request) }
        let options = options()
        await callAsOthers(method, request, options)
        let answer = try await compare(method) { () async throws -> Result<[UInt8], RPCFailure> in
            do throws(RPCFailure) {
                return .success(try await client.callRaw(method, payload: request, options))
            } catch {
                if error.code == .unavailable { throw error }
                return .failure(error)
            }
        }
        if case .failure(let failure) = answer, method.isReadOnly || failure.violation != nil {
            note("\(method.name) answers \(failure): \(addCall)")
        }
    }

    /// Options with an id that no other call of this sale has.
    func options() -> CallOptions {
        let number = state.withLock { state in
            state.requests += 1
            return state.requests
        }
        return CallOptions(timeout: .minutes(1), requestID: .numbered(number))
    }

    /// Makes the call twice, with the same options, and returns the first answer.
    @discardableResult
    func twice<Request: Message, Reply: Message>(
        _ method: Method<Request, Reply>, _ request: Request, as caller: TestCaller?
    ) async throws -> Reply {
        let (client, options) = (client(of: method.description, as: caller), options())
        await callAsOthers(method.description, try request.encoded(), options)
        let reply = try await compare(method.description) { try await client.call(method, request, options) }
        try state.withLock { state in
            try state.values.take(request)
            try state.values.take(reply)
        }
        return reply
    }

    /// Opens the stream twice.
    func twice<Request: Message, Item: Message>(
        _ method: StreamMethod<Request, Item>, _ request: Request, as caller: TestCaller?
    ) async throws {
        let client = client(of: method.description, as: caller)
        await callAsOthers(method.description, try request.encoded(), CallOptions())
        _ = try await compare(method.description) {
            let items = client.open(method, request).makeAsyncIterator()
            return try await items.next()
        }
    }

    private func client(of method: MethodDescription, as caller: TestCaller?) -> Client {
        guard let owner = clients.first(where: { method.name.hasPrefix($0.service.name + "/") }) else {
            preconditionFailure("\(method.name) belongs to none of the three services")
        }
        return owner.connect(caller)
    }

    private func callAsOthers(_ method: MethodDescription, _ request: [UInt8], _ options: CallOptions) async {
        guard let keys = keysOfOthers else { return }
        let client = client(of: method, as: nil)
        for kind in CallerKind.all where !kind.mayCall(method.callers, method.duties) {
            var options = options
            options.credential = kind.credential(keys, at: now)
            if await client.isLetIn(to: method, request, options) { note("\(method.name) takes \(kind)") }
        }
    }

    private func compare<Answer: Equatable>(
        _ method: MethodDescription, _ call: () async throws -> Answer
    ) async throws -> Answer {
        try await before(method)
        let first = try await call()
        try await between(method)
        state.withLock { _ = $0.made.insert(method.name) }
        do {
            let second = try await answered(call)
            if first != second { note("\(method.name) answers \(first), and then \(second)") }
        } catch {
            note("\(method.name) answers \(first), and then fails: \(error)")
        }
        return first
    }

    /// Repeats the call while the database is unavailable, because a promotion can last longer than the client's
    /// retries.
    private func answered<Answer>(_ call: () async throws -> Answer) async throws -> Answer {
        for _ in 1..<Self.maximumTries {
            do {
                return try await call()
            } catch let failure as RPCFailure where failure.code == .unavailable {}
        }
        return try await call()
    }

    private func note(_ surprise: String) {
        state.withLock { $0.violations.append(surprise) }
    }
}
