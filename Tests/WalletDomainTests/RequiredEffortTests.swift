import Kernel
import Testing
import WalletDomain

/// Scripts of requests over seconds. The waiting room has 32 places.
@Suite struct RequiredEffortTests {
    private struct Second {
        let requests: Int
        let waiting: Int
    }

    /// The effort after each second.
    private func efforts(_ seconds: [Second]) -> [Int] {
        var effort = RequiredEffort(now: Uptime(nanoseconds: 0))
        return seconds.enumerated().map { index, second in
            let now = Uptime(nanoseconds: 0) + .seconds(index)
            for _ in 0..<second.requests { _ = effort.ask(waiting: second.waiting, of: 32, now: now) }
            return effort.bits
        }
    }

    @Test func `many requests need no effort while few passwords wait`() {
        #expect(efforts([Second(requests: 1000, waiting: 15), Second(requests: 1000, waiting: 0)]) == [0, 0])
    }

    @Test func `the request that finds half of the room taken is the first that needs the least effort`() {
        var effort = RequiredEffort(now: Uptime(nanoseconds: 0))
        #expect(effort.ask(waiting: 15, of: 32, now: Uptime(nanoseconds: 0)) == 0)
        #expect(effort.ask(waiting: 16, of: 32, now: Uptime(nanoseconds: 0)) == 12)
        #expect(effort.ask(waiting: 16, of: 32, now: Uptime(nanoseconds: 1)) == 12)
    }

    @Test func `the effort rises a bit a second while the room stays half full, up to the most`() {
        let crowd = Array(repeating: Second(requests: 100, waiting: 32), count: 14)
        #expect(efforts(crowd) == [12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 22, 22, 22])
    }

    @Test func `a flood that solves nothing keeps the least effort, although nothing waits`() {
        let flood = Array(repeating: Second(requests: 200, waiting: 0), count: 4)
        #expect(efforts([Second(requests: 100, waiting: 32)] + flood) == [12, 12, 12, 12, 12])
    }

    @Test func `the effort sinks a bit a second while nothing waits, and stays while some wait`() {
        let crowd = Array(repeating: Second(requests: 100, waiting: 32), count: 3)
        #expect(
            efforts(crowd + [Second(requests: 100, waiting: 1), Second(requests: 100, waiting: 0)])
                == [12, 13, 14, 14, 13])
    }

    @Test func `ten requests in a second are calm, and eleven are not`() {
        let crowd = [Second(requests: 100, waiting: 32)]
        let calm = [Second(requests: 10, waiting: 0), Second(requests: 1, waiting: 0)]
        #expect(efforts(crowd + calm) == [12, 12, 0])
        let busy = [Second(requests: 11, waiting: 0), Second(requests: 1, waiting: 0)]
        #expect(efforts(crowd + busy) == [12, 12, 12])
    }

    @Test func `an effort above the least sinks a bit for each calm second, also without requests`() {
        var effort = RequiredEffort(now: Uptime(nanoseconds: 0))
        for second in 0...3 {
            _ = effort.ask(waiting: 32, of: 32, now: Uptime(nanoseconds: 0) + .seconds(second))
        }
        #expect(effort.bits == 15)
        let later = Uptime(nanoseconds: 0) + .seconds(5)
        #expect(effort.ask(waiting: 0, of: 32, now: later) == 13)
        #expect(effort.ask(waiting: 0, of: 32, now: later + .minutes(1)) == 0)
    }
}
