import Kernel
import Testing

@Suite struct RateLimiterTests {
    private func time(_ milliseconds: Int64) -> Uptime {
        Uptime(nanoseconds: 1_000_000_000) + .milliseconds(milliseconds)
    }

    /// Returns the number of admitted events out of ten.
    private func admitted(_ limiter: inout RateLimiter, at milliseconds: Int64) -> Int {
        var count = 0
        for _ in 1...10 where limiter.admit(at: time(milliseconds)) { count += 1 }
        return count
    }

    @Test func `a burst is admitted immediately, and then one event per interval`() {
        var limiter = RateLimiter(burst: 3, interval: .milliseconds(100))
        let counts = [0, 99, 100, 350, 10_000].map { admitted(&limiter, at: $0) }
        // After a long silence, the burst is not larger.
        #expect(counts == [3, 0, 1, 2, 3])
        #expect(limiter.wait(at: time(10_000)) == .milliseconds(100))
    }

    @Test func `an event that is taken back is not counted`() {
        var limiter = RateLimiter(burst: 1, interval: .seconds(1))
        for _ in 1...5 {
            let count = admitted(&limiter, at: 0)
            #expect(count == 1)
            #expect(!limiter.isIdle(at: time(0)) && limiter.isIdle(at: time(1000)))
            limiter.giveBack()
        }
    }
}
