import Kernel
import QueueDomain
import TestSupport
import Testing

@Suite struct RateTests {
    @Test(arguments: [1, 2, 7, 20, 21, 100, 1000, 99_999] as [Int64])
    func `no window of one second exceeds the rate, and each nearly reaches it`(rate: Int64) {
        var random = SeededGenerator(seed: UInt64(rate))
        var bucket = TokenBucket(rate: rate, at: .noon)
        var taken: [(at: Int64, count: Int64)] = []
        var milliseconds: Int64 = 0
        while milliseconds < 20_000 {
            let count = bucket.available(at: .noon + .milliseconds(milliseconds))
            bucket.take(count, at: .noon + .milliseconds(milliseconds))
            taken.append((milliseconds, count))
            milliseconds += Int64.random(in: 1...45, using: &random)
        }
        var first = 0
        var sum: Int64 = 0
        for entry in taken {
            sum += entry.count
            while taken[first].at <= entry.at - 1000 {
                sum -= taken[first].count
                first += 1
            }
            #expect(sum <= rate, "seed \(rate), window that ends at \(entry.at)")
        }
        let total = taken.reduce(0) { $0 + $1.count }
        #expect(total * 100 >= rate * 20 * 94, "\(total) of \(rate * 20)")
    }

    @Test func `changing the rate does not refill the bucket`() throws {
        var line = try Line(rate: 10)
        for number in 0..<100 { _ = try line.join(UserID(high: 5, low: UInt64(number))) }
        let before = line.admissions.count
        for rate in [20, 10, 20, 10, 20] as [Int64] {
            try line.room.configure(limits: try Room.Limits(rate: rate), times: nil, now: line.now)
            line.settle()
        }
        #expect(line.admissions.count == before)
    }

    @Test func `the wait is unknown before a measurement and then contains the true one`() throws {
        var line = try Line(rate: 10)
        for number in 0..<1000 { _ = try line.join(UserID(high: 5, low: UInt64(number))) }
        let last = UserID(high: 5, low: 999)
        let place = try #require(line.place(of: last))
        #expect(line.room.outlook(of: place, at: line.now).wait == nil)
        line.pass(until: .noon + .seconds(20), step: .milliseconds(40))
        let asked = line.now
        let wait = try #require(line.room.outlook(of: place, at: asked).wait)
        while line.place(of: last)?.state == .waiting {
            line.pass(until: line.now + .seconds(1), step: .milliseconds(40))
        }
        #expect(wait.atLeast <= line.now - asked && line.now - asked <= wait.atMost)
        #expect(wait.atMost < (line.now - asked) * 2)
    }

    @Test func `the delay before the next poll grows with the people ahead, and differs between places`() throws {
        var line = try Line(rate: 10)
        for number in 0..<3000 { _ = try line.join(UserID(high: 5, low: UInt64(number))) }
        line.pass(until: .noon + .seconds(10), step: .milliseconds(40))
        func outlook(_ number: UInt64) throws -> Outlook {
            line.room.outlook(of: try #require(line.place(of: UserID(high: 5, low: number))), at: line.now)
        }
        let near = try outlook(110).askAgain(spread: 0.5)
        let far = try outlook(2999).askAgain(spread: 0.5)
        #expect(near < .seconds(2) && far > .seconds(10))
        #expect(try outlook(2999).askAgain(spread: 0) < outlook(2999).askAgain(spread: 1))
    }
}
