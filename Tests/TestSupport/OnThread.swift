import Threads

/// Runs what blocks for long where it holds up nobody.
package func onThread<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
        let isStarted = Thread.start { continuation.resume(with: Result { try body() }) }
        precondition(isStarted, "the system gives no more threads")
    }
}
