/// The answer to a call whose handler has returned without one: for who answers many calls at once, and where very many
/// wait, for what waits is this and not a task.
///
/// To be given once, from any thread. One that is dropped fails its call. A handler that has it answers no current call:
/// what it calls keeps neither deadline nor trace by itself.
package final class Answer<Reply: Message>: @unchecked Sendable {
    // Sound because: only who gives it touches `isGiven`, and `deinit`, when nobody else can.

    private let take: @Sendable (Result<Reply, any Error>) -> Void
    private var isGiven = false

    init(_ take: @escaping @Sendable (Result<Reply, any Error>) -> Void) {
        self.take = take
    }

    package func give(_ outcome: Result<Reply, any Error>) {
        precondition(!isGiven, "an answer is given once")
        isGiven = true
        take(outcome)
    }

    deinit {
        if isGiven { return }
        take(.failure(RPCFailure(.internal, "NOT_ANSWERED", "the service has dropped the call without an answer")))
    }
}
