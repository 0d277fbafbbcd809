import Kernel
import TestSupport
import Testing
import WalletDomain

@testable import WalletService

/// The limits of attempts, with a manual clock.
@Suite struct SignInThrottleTests {
    private let clock = ManualClock()
    private let throttle: SignInThrottle
    private let home = "10.0.0.1"
    private let away = "10.0.0.2"

    init() {
        throttle = SignInThrottle(clock)
    }

    /// Takes `count` attempts, which are all admitted. Then expects that the next one has to wait for `interval`.
    private func expect(_ count: Int, then interval: Duration, of key: SignInThrottle.Key) {
        for _ in 0..<count { #expect(throttle.take(key) == nil) }
        #expect(throttle.take(key) == interval)
        clock.advance(by: interval)
        #expect(throttle.take(key) == nil)
        #expect(throttle.take(key) == interval)
    }

    @Test func `a network can send 50 wrong passwords, then one a second`() {
        expect(50, then: .seconds(1), of: .network(home))
        #expect(throttle.take(.network(away)) == nil)
    }

    @Test func `a network can sign up 200 users, then one a second`() {
        expect(200, then: .seconds(1), of: .signUps(home))
        #expect(throttle.take(.signUps(away)) == nil)
    }

    @Test func `a name can have ten wrong passwords, then one each six seconds`() throws {
        let (alice, bob) = (try UserName("alice"), try UserName("bob"))
        expect(10, then: .seconds(6), of: .name(alice))
        #expect(throttle.take(.name(bob)) == nil)
        expect(10, then: .seconds(6), of: .known(alice, home))
        #expect(throttle.take(.known(alice, away)) == nil)
    }

    @Test func `an attempt that is given back does not count`() {
        for _ in 1...200 {
            #expect(throttle.take(.network(home)) == nil)
            throttle.giveBack(.network(home))
        }
    }

    @Test func `as many keys are counted as there is room, until the first ones are idle`() throws {
        for number in 0..<SignInThrottle.capacity {
            #expect(throttle.take(.network("number-\(number)")) == nil)
        }
        #expect(throttle.take(.network(home)) == .seconds(1))
        #expect(throttle.take(.network("number-0")) == nil, "a counted key needs no room")
        clock.advance(by: .seconds(1))
        #expect(throttle.take(.network(home)) == nil)
    }
}
