import Messages
import Synchronization

/// The answer to a call whose handler has returned without one. Use it for methods with many waiting calls, because a
/// waiting answer takes less memory than a waiting task.
///
/// Complete it once, from any thread. Dropping it fails the call. `Call.current` is not set while it is completed, so
/// nested calls inherit neither deadline nor trace.
package struct Answer<Reply: Message>: Sendable {
    private let pending: PendingAnswer

    init(to exchange: Exchange) {
        pending = PendingAnswer(to: exchange)
    }

    package func give(_ reply: Reply) {
        let exchange = pending.complete()
        // Without a closure on the loop, because it would copy the reply to the heap.
        if exchange.loop.isCurrent {
            exchange.returned(reply)
        } else {
            exchange.loop.execute { exchange.returned(reply) }
        }
    }

    package func fail(_ error: any Error) {
        let exchange = pending.complete()
        exchange.onLoop { exchange.threw(error) }
    }
}

/// Ensures that an answer is completed once. (Not generic, because the runtime would look up types for each call.)
private final class PendingAnswer: Sendable {
    private let exchange: Exchange
    private let isComplete = Atomic(false)

    init(to exchange: Exchange) {
        self.exchange = exchange
    }

    func complete() -> Exchange {
        let wasComplete = isComplete.exchange(true, ordering: .acquiringAndReleasing)
        precondition(!wasComplete, "an answer is completed once")
        return exchange
    }

    deinit {
        if isComplete.load(ordering: .acquiring) { return }
        let failure = RPCFailure(CallReason.notAnswered, "the service dropped the call without an answer")
        exchange.onLoop { [exchange] in exchange.threw(failure) }
    }
}
