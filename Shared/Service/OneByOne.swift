import Threads

/// Runs the calls with one key one by one, in the order of their arrival, for example the reservations of one user.
///
/// A caller with many calls then delays others by one call, and a call that is cancelled before its turn costs no work. The
/// limit of calls in flight of a user bounds the calls that wait.
package final class OneByOne<Key: Hashable & Sendable>: Sendable {
    /// The calls that wait for their turn. A key has an entry while one of its calls runs.
    private let waiting = Lock<[Key: [UnsafeContinuation<Void, Never>]]>([:])

    package init() {}

    /// Throws CancellationError without running `body` if the call is cancelled before its turn.
    package func run<Output>(for key: Key, _ body: () async throws -> Output) async throws -> Output {
        await turn(of: key)
        defer { endTurn(of: key) }
        try Task.checkCancellation()
        return try await body()
    }

    /// The number of calls that wait for their turn.
    func waitingCount(of key: Key) -> Int {
        waiting.withLock { $0[key]?.count ?? 0 }
    }

    private func turn(of key: Key) async {
        await withUnsafeContinuation { continuation in
            let isTurn = waiting.withLock { waiting in
                guard let index = waiting.index(forKey: key) else {
                    waiting[key] = []
                    return true
                }
                waiting.values[index].append(continuation)
                return false
            }
            if isTurn { continuation.resume() }
        }
    }

    private func endTurn(of key: Key) {
        let next: UnsafeContinuation<Void, Never>? = waiting.withLock { waiting in
            guard waiting[key]?.isEmpty == false else {
                waiting[key] = nil
                return nil
            }
            return waiting[key]?.removeFirst()
        }
        next?.resume()
    }
}
