import Kernel
import TestSupport
import Testing
import WalletDomain
@testable import WalletService

/// How often somebody may try, by a clock that stands still. That a name is bounded is shown with real passwords.
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

    @Test func `an address is wrong fifty times, whatever the name and the port, and then once a second`() throws {
        for number in 1...50 { try fail(number) }
        #expect(throws: WalletRefusal.tooManyTries(retryAfter: .seconds(1))) { try fail(51) }
        try fail(51, from: "10.0.0.2")
        clock.advance(by: .seconds(1))
        try fail(52)
        #expect(throws: WalletRefusal.tooManyTries(retryAfter: .seconds(1))) { try fail(53) }
    }

    @Test func `two hundred users sign up from an address, and then one a second`() throws {
        for number in 1...200 { try signUp(number) }
        #expect(throws: WalletRefusal.tooManyTries(retryAfter: .seconds(1))) { try signUp(201) }
        try signUp(201, from: "10.0.0.2")
        try fail(1)
        clock.advance(by: .seconds(1))
        try signUp(202)
        #expect(throws: WalletRefusal.tooManyTries(retryAfter: .seconds(1))) { try signUp(203) }
    }

    @Test func `who is right is not counted`() throws {
        for number in 1...200 {
            let attempt = try throttle.begin(UserName("alice"), from: "10.0.0.1:\(number)")
            throttle.giveBack(attempt)
        }
    }

    @Test func `a name that is refused costs its address nothing`() throws {
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
