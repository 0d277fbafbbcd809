import CUV
import Kernel
import Synchronization

/// The event loops of a program, one for each core.
package final class Loops: Sendable {
    package let all: [EventLoop]
    private let threads: [LoopThread]
    private let turn = Atomic(0)

    private init(_ threads: [LoopThread]) {
        self.threads = threads
        all = threads.map(\.loop)
    }

    /// Loops that threads drive, for real connections. Throws if the system has no file or no thread left for one.
    package static func started(count: Int) throws(LoopError) -> Loops {
        var threads: [LoopThread] = []
        do throws(LoopError) {
            for _ in 0..<count { threads.append(try LoopThread()) }
        } catch {
            for thread in threads { thread.stop() }
            throw error
        }
        return Loops(threads)
    }

    /// The same, for a program without error handling: it ends if the system has no file or no thread left.
    package convenience init(count: Int = max(1, Int(uv_available_parallelism()))) {
        do {
            let loops = try Self.started(count: count)
            self.init(loops.threads)
        } catch {
            fatalError("\(error)")
        }
    }

    /// Loops that the caller drives.
    package init(driven loops: [EventLoop]) {
        threads = []
        all = loops
    }

    /// The loop of the caller, or else the next loop in turn.
    var here: EventLoop {
        if let current = EventLoop.current, all.contains(where: { $0 === current }) { return current }
        return all[Int(UInt(bitPattern: turn.wrappingAdd(1, ordering: .relaxed).oldValue) % UInt(all.count))]
    }

    /// Ends the threads. Servers and clients on them must have been shut down.
    package func stop() {
        for thread in threads { thread.stop() }
    }

    func thread(of loop: EventLoop) -> LoopThread? {
        threads.first { $0.loop === loop }
    }
}
