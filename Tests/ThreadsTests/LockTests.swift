import Testing
import Threads

@Suite struct LockTests {
    private final class Counter: Sendable {
        let count = Lock(0)
        let finished = CountingSemaphore()
    }

    @Test func `the lock loses no update between threads`() {
        let counter = Counter()
        for _ in 0..<4 {
            let isStarted = Thread.start {
                for _ in 0..<10_000 { counter.count.withLock { $0 += 1 } }
                counter.finished.signal()
            }
            #expect(isStarted)
        }
        for _ in 0..<4 { counter.finished.wait() }
        #expect(counter.count.withLock { $0 } == 40_000)
    }

    @Test func `an error propagates and releases the lock`() {
        struct Refused: Error {}
        let lock = Lock(1)
        #expect(throws: Refused.self) { try lock.withLock { _ throws(Refused) in throw Refused() } }
        #expect(lock.withLock { $0 } == 1)
    }

    @Test func `a semaphore counts signals, and a wait can time out`() {
        let semaphore = CountingSemaphore()
        semaphore.signal()
        semaphore.signal()
        semaphore.wait()
        #expect(semaphore.wait(timeoutMilliseconds: 1000))
        #expect(!semaphore.wait(timeoutMilliseconds: 1))
    }
}
