import Kernel
import RPC
import Threads

/// The service of testing.proto, for tests and benchmarks.
package final class EchoServer: EchoHandlers {
    private let clock: any Clock
    private let sum = Lock<Int64>(0)
    private let runs = Lock<[String: Int]>([:])
    private let seen = Lock<Call?>(nil)

    package init(clock: any Clock) {
        self.clock = clock
    }

    /// The number of runs of a method's handler.
    package func runCount(of method: MethodDescription) -> Int { runs.withLock { $0[method.name] ?? 0 } }
    package var total: Int64 { sum.withLock { $0 } }
    /// The call that the latest handler received.
    package var lastCall: Call? { seen.withLock { $0 } }

    private func note(_ call: Call) {
        runs.withLock { $0[call.method.name, default: 0] += 1 }
        seen.withLock { $0 = call }
    }

    package func echo(_ request: EchoRequest, call: Call) async throws -> EchoReply {
        note(call)
        return EchoReply(payload: request.payload)
    }

    package func fail(_ request: FailRequest, call: Call) async throws -> FailReply {
        note(call)
        guard let code = StatusCode(number: request.code) else { throw Surprise() }
        if code == .ok { return FailReply() }
        var failure = RPCFailure(code, request.reason, request.message)
        if request.retryAfterMs > 0 { failure.retryAfter = .milliseconds(request.retryAfterMs) }
        throw failure
    }

    package func wait(_ request: WaitRequest, call: Call) async throws -> WaitReply {
        note(call)
        try await clock.sleep(for: .milliseconds(request.milliseconds))
        return WaitReply()
    }

    package func add(_ request: AddRequest, call: Call) async throws -> AddReply {
        note(call)
        return AddReply(
            total: sum.withLock { sum in
                sum += request.amount
                return sum
            })
    }

    package func mirror(_ request: Everything, call: Call) async throws -> Everything {
        note(call)
        return request
    }

    package func count(_ request: CountRequest, call: Call, items: ItemWriter<CountItem>) async throws {
        note(call)
        let padding = [UInt8](repeating: 0, count: Int(request.paddingBytes))
        var number = request.after
        while number < request.limit {
            number += 1
            try await items.send(CountItem(number: number, padding: padding))
        }
        if request.staysOpen { try await clock.sleep(until: Uptime(nanoseconds: .max)) }
    }

    /// An unexpected error whose text contains a secret.
    package struct Surprise: Error, CustomStringConvertible {
        package var description: String { "the password is 1234" }
    }
}
