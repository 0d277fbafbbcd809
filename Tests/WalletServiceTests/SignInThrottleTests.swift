import Kernel
import TestSupport
import Testing
import WalletDomain
@testable import WalletService

/// The limits of attempts, with a manual clock. `UserTests` tests the limit of a name with real passwords.
@Suite struct SignInThrottleTests {
    private let clock = ManualClock()
    private let throttle: SignInThrottle

    init() {
        throttle = SignInThrottle(clock)
    }

    private func fail(_ number: Int, from address: String = "10.0.0.1") throws {
        _ = try throttle.begin(UserName("user-\(number)"), from: "\(address):\(40_000 + number)")
    }

    private func signUp(_ number: Int, from address: String = "10.0.0.1") throws {
        try throttle.admitSignUp(from: "\(address):\(40_000 + number)")
    }

    @Test func `an address can send 50 wrong passwords, for any names and from any ports, and then one a second`()
        throws
    {
        for number in 1...50 { try fail(number) }
        #expect(throws: WalletRefusal.tooManyTries(retryAfter: .seconds(1))) { try fail(51) }
        try fail(51, from: "10.0.0.2")
        clock.advance(by: .seconds(1))
        try fail(52)
        #expect(throws: WalletRefusal.tooManyTries(retryAfter: .seconds(1))) { try fail(53) }
    }

    @Test func `an address can sign up 200 users, and then one a second`() throws {
        for number in 1...200 { try signUp(number) }
        #expect(throws: WalletRefusal.tooManyTries(retryAfter: .seconds(1))) { try signUp(201) }
        try signUp(201, from: "10.0.0.2")
        try fail(1)
        clock.advance(by: .seconds(1))
        try signUp(202)
        #expect(throws: WalletRefusal.tooManyTries(retryAfter: .seconds(1))) { try signUp(203) }
    }

    @Test func `successful sign-ins are not counted`() throws {
        for number in 1...200 {
            let attempt = try throttle.begin(UserName("alice"), from: "10.0.0.1:\(number)")
            throttle.giveBack(attempt)
        }
    }

    @Test func `an attempt refused for its name does not count for its address`() throws {
        let alice = try UserName("alice")
        for _ in 1...10 { _ = try throttle.begin(alice, from: "10.0.0.1:1") }
        for _ in 1...100 {
            #expect(throws: WalletRefusal.tooManyTries(retryAfter: .seconds(6))) {
                try throttle.begin(alice, from: "10.0.0.1:1")
            }
        }
        for number in 1...40 { try fail(number) }
        #expect(throws: WalletRefusal.tooManyTries(retryAfter: .seconds(1))) { try fail(41) }
    }
}
