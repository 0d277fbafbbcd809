import Kernel
import QueueAPI
import RPC
import TestSupport
import Testing

@testable import QueueService

@Suite struct JoinThrottleTests {
    private let clock = ManualClock()
    private let throttle: JoinThrottle

    init() {
        throttle = JoinThrottle(clock)
    }

    private func user(_ number: Int) -> UserID { UserID(high: 7, low: UInt64(number)) }

    @Test func `an account can join 60 times, then once a second`() {
        for _ in 1...60 { #expect(throttle.take(user(1), from: nil) == nil) }
        #expect(throttle.take(user(1), from: nil) == .account(.seconds(1)))
        #expect(throttle.take(user(2), from: nil) == nil)
        clock.advance(by: .seconds(1))
        #expect(throttle.take(user(1), from: nil) == nil)
        #expect(throttle.take(user(1), from: nil) == .account(.seconds(1)))
    }

    @Test func `a network can send 2,000 joins, then 50 a second, whatever the accounts`() {
        for number in 1...2000 { #expect(throttle.take(user(number), from: "203.0.113.7") == nil) }
        #expect(throttle.take(user(0), from: "203.0.113.7") == .network(.milliseconds(20)))
        #expect(throttle.take(user(0), from: "203.0.113.8") == nil)
        clock.advance(by: .seconds(1))
        for number in 1...50 { #expect(throttle.take(user(number), from: "203.0.113.7") == nil) }
        #expect(throttle.take(user(51), from: "203.0.113.7") == .network(.milliseconds(20)))
    }

    @Test func `a join that the limit of the network refuses does not count for its account`() {
        for number in 1...2000 { #expect(throttle.take(user(number), from: "203.0.113.7") == nil) }
        for _ in 1...100 {
            #expect(throttle.take(user(0), from: "203.0.113.7") == .network(.milliseconds(20)))
        }
        for _ in 1...60 { #expect(throttle.take(user(0), from: "203.0.113.8") == nil) }
        #expect(throttle.take(user(0), from: "203.0.113.8") == .account(.seconds(1)))
    }

    @Test func `a flood of keys takes bounded memory, refuses no other key, and does not free one that comes again`() {
        var limiters = RecentLimiters<Int>(burst: 3, interval: .minutes(1))
        let now = clock.uptime
        for _ in 1...3 { #expect(limiters.take(-1, at: now) == nil) }
        for key in 0..<(5 * RecentLimiters<Int>.capacity) {
            #expect(limiters.take(key, at: now) == nil)
            if key % 1000 == 0 { #expect(limiters.take(-1, at: now) == .minutes(1)) }
        }
        #expect(limiters.count <= 2 * RecentLimiters<Int>.capacity)
    }

    @Test(arguments: Engine.available)
    func `a refused join says when to come back, and takes no place`(engine: Engine) async throws {
        try await Waiting.with(engine) { waiting in
            let place = try await waiting.join(.alice, request: 10)
            for number in 1..<60 as Range<UInt64> {
                #expect(try await waiting.join(.alice, request: 10 + number).placeID == place.placeID)
            }
            let failure = await #expect(throws: RPCFailure.self) { try await waiting.join(.alice, request: 99) }
            #expect(failure?.reason == "JOINS_TOO_OFTEN" && failure?.retryAfter == .seconds(1))
            #expect(try await waiting.show(.alice, place).state == .admitted, "its place is as it was")
            _ = try await waiting.join(.bob, request: 100)
            waiting.service.clock.advance(by: .seconds(1))
            #expect(try await waiting.join(.alice, request: 99).placeID == place.placeID)
        }
    }
}
