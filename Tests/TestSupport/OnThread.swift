import Threads

/// Runs a blocking closure on a separate thread, so that it blocks no task.
package func onThread<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
        let isStarted = Thread.start { continuation.resume(with: Result { try body() }) }
        precondition(isStarted, "the system cannot start a thread")
    }
}
