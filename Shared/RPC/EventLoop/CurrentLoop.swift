import Glibc

/// The loop of the calling thread, in thread-local storage.
enum CurrentLoop {
    private static let key: pthread_key_t = {
        var key = pthread_key_t()
        let problem = pthread_key_create(&key, nil)
        precondition(problem == 0, "the system has no thread-specific key left")
        return key
    }()

    static var pointer: UnsafeMutableRawPointer? {
        get { pthread_getspecific(key) }
        set { pthread_setspecific(key, newValue) }
    }
}
