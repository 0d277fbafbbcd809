import ConcertAPI
import Kernel
import Messages
import QueueAPI
import RPC
import Threads
import WalletAPI

/// One sale that makes each call of the three services twice, with the same request and the same id.
///
/// The wallet service must reach the other two, and no other test may use them. The clock of the services should stand
/// still, because an answer with a time differs otherwise.
package final class EveryCall: Sendable {
    package typealias Connect = @Sendable (TestCaller?) -> Client

    private static let maximumTries = 10
    static let methods =
        QueueMethods.service.methods + ConcertMethods.service.methods + WalletMethods.service.methods

    let queue: @Sendable (TestCaller?) -> QueueClient
    let concert: @Sendable (TestCaller?) -> ConcertClient
    let wallet: @Sendable (TestCaller?) -> WalletClient
    let now: Timestamp
    private let between: @Sendable (String) async throws -> Void
    private let state = Lock(State())

    private struct State {
        var violations: [String] = []
        var made: Set<String> = []
        var requests: UInt64 = 0
    }

    /// `between` runs between the two calls of each pair.
    package init(
        queue: @escaping Connect, concert: @escaping Connect, wallet: @escaping Connect, now: Timestamp,
        between: @escaping @Sendable (String) async throws -> Void = { _ in }
    ) {
        self.queue = { QueueClient(queue($0)) }
        self.concert = { ConcertClient(concert($0)) }
        self.wallet = { WalletClient(wallet($0)) }
        self.now = now
        self.between = between
    }

    /// Makes all calls. Returns a sentence for each call with a different second answer, and for each method without a
    /// call. Throws if a call fails.
    package func violations() async throws -> [String] {
        try await runSale()
        return state.withLock { state in
            let left = Self.methods.map(\.name).filter { !state.made.contains($0) }
            return state.violations + left.map { "\($0) was not called" }
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
        _ method: Method<Request, Reply>, _ call: (CallOptions) async throws -> Reply
    ) async throws -> Reply {
        let options = options()
        return try await compare(method.description) { try await call(options) }
    }

    /// Opens the stream twice and returns its first item.
    @discardableResult
    func twice<Request: Message, Item: Message>(
        _ method: StreamMethod<Request, Item>, _ open: () -> ItemStream<Request, Item>
    ) async throws -> Item? {
        try await compare(method.description) {
            let items = open().makeAsyncIterator()
            return try await items.next()
        }
    }

    private func compare<Answer: Equatable>(
        _ method: MethodDescription, _ call: () async throws -> Answer
    ) async throws -> Answer {
        let first = try await call()
        try await between(method.name)
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
