import Glibc

/// State that one thread at a time can use. Hold it briefly and never wait inside.
@usableFromInline
package struct Lock<State: ~Copyable>: ~Copyable {
    // A mutex must not move in memory.
    @usableFromInline let mutex: UnsafeMutablePointer<pthread_mutex_t>
    @usableFromInline let state: UnsafeMutablePointer<State>

    package init(_ initial: consuming sending State) {
        mutex = .allocate(capacity: 1)
        mutex.initialize(to: pthread_mutex_t())
        state = .allocate(capacity: 1)
        state.initialize(to: initial)
        let result = pthread_mutex_init(mutex, nil)
        precondition(result == 0, "pthread_mutex_init failed with error \(result)")
    }

    deinit {
        pthread_mutex_destroy(mutex)
        mutex.deinitialize(count: 1).deallocate()
        state.deinitialize(count: 1).deallocate()
    }

    @inlinable package borrowing func withLock<Value: ~Copyable, Failure: Error>(
        _ body: (inout sending State) throws(Failure) -> sending Value
    ) throws(Failure) -> sending Value {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return try body(&state.pointee)
    }
}

// Sound: every access to the state holds the mutex, and `sending` transfers what enters and leaves.
extension Lock: @unchecked Sendable where State: ~Copyable {}
