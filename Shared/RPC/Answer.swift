import Synchronization

/// The answer to a call whose handler has returned without one: for who answers many calls at once, and where very many
/// wait, for what waits is this and not a task.
///
/// To be given once, from any thread. One that is dropped fails its call. A handler that has it answers no current call:
/// what it calls keeps neither deadline nor trace by itself.
package struct Answer<Reply: Message>: Sendable {
    private let awaiting: Awaiting

    init(to exchange: Exchange) {
        awaiting = Awaiting(.exchange(exchange))
    }

    init(to interceptors: UnsafeContinuation<any Message, any Error>) {
        awaiting = Awaiting(.interceptors(interceptors))
    }

    package func give(_ reply: Reply) {
        switch awaiting.end() {
        case .exchange(let exchange): exchange.onLoop { exchange.returned(reply) }
        case .interceptors(let continuation): continuation.resume(returning: reply)
        }
    }

    package func fail(_ error: any Error) {
        awaiting.end().fail(error)
    }
}

/// Who waits for an answer. (Not generic: the Swift runtime would look up types for each call.)
private final class Awaiting: Sendable {
    enum Party {
        case exchange(Exchange)
        case interceptors(UnsafeContinuation<any Message, any Error>)

        func fail(_ error: any Error) {
            switch self {
            case .exchange(let exchange): exchange.onLoop { exchange.threw(error) }
            case .interceptors(let continuation): continuation.resume(throwing: error)
            }
        }
    }

    private let party: Party
    private let isOver = Atomic(false)

    init(_ party: Party) {
        self.party = party
    }

    func end() -> Party {
        let wasOver = isOver.exchange(true, ordering: .acquiringAndReleasing)
        precondition(!wasOver, "an answer is given once")
        return party
    }

    deinit {
        if isOver.load(ordering: .acquiring) { return }
        party.fail(RPCFailure(.internal, "NOT_ANSWERED", "the service has dropped the call without an answer"))
    }
}
