import CThreads
import Glibc

/// An operating system thread, for work that blocks or uses a core for long.
package enum Thread {
    private final class Start {
        let run: @Sendable () -> Void

        init(_ run: @escaping @Sendable () -> Void) {
            self.run = run
        }
    }

    /// Runs `body` on a new thread, which ends with it. Returns false, without running `body`, if the system refuses a
    /// thread.
    package static func start(_ body: @escaping @Sendable () -> Void) -> Bool {
        let start = Unmanaged.passRetained(Start(body))
        var thread = pthread_t()
        let result = pthread_create(
            &thread, nil,
            { argument in
                guard let argument else { return nil }
                Unmanaged<Start>.fromOpaque(argument).takeRetainedValue().run()
                return nil
            }, start.toOpaque())
        guard result == 0 else {
            start.release()
            return false
        }
        pthread_detach(thread)
        return true
    }

    /// Gives the other threads of the machine precedence over this one. No effect if the system does not allow it.
    package static func yieldToOthers() {
        onsale_lower_priority()
    }

    /// Makes all threads allocate from one heap, for a process whose address space is limited.
    package static func shareOneHeap() {
        onsale_share_one_heap()
    }
}
