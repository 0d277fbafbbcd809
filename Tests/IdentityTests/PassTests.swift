import Identity
import Kernel
import TestSupport
import Testing

@Suite struct PassTests {
    private let keyFile = KeyFile.random()
    private let alice = UserID(high: 0xa11c_e000, low: 1)
    private let bob = UserID(high: 0xb0b0_0000, low: 1)

    private var pass: Pass {
        Pass(
            room: RoomID(high: 1, low: 2), place: PlaceID(high: 3, low: 4), user: alice, expiry: .noon + .minutes(2))
    }

    @Test func `a pass binds room, place, user and expiry`() throws {
        let passes = Passes(keyFile)
        let token = passes.sign(pass)
        #expect(token.count == 93)
        #expect(try passes.verify(token, of: alice, at: .noon) == pass)
    }

    @Test func `a pass of another user is refused`() {
        let passes = Passes(keyFile)
        #expect(throws: TokenError.ofAnotherUser) { try passes.verify(passes.sign(pass), of: bob, at: .noon) }
    }

    @Test func `a pass ends at its expiry, not after it`() {
        let passes = Passes(keyFile)
        let token = passes.sign(pass)
        #expect(throws: Never.self) { try passes.verify(token, of: alice, at: pass.expiry - .milliseconds(1)) }
        #expect(throws: TokenError.expired(at: pass.expiry)) {
            try passes.verify(token, of: alice, at: pass.expiry)
        }
    }

    @Test func `a token with an altered bit, a missing byte or an added byte is refused`() {
        let passes = Passes(keyFile)
        for token in spoiled(passes.sign(pass)) {
            #expect(throws: TokenError.self) { try passes.verify(token, of: alice, at: .noon) }
        }
    }

    @Test func `random passes survive a round trip`() throws {
        let passes = Passes(keyFile)
        var random = SeededGenerator(seed: 12)
        for _ in 0..<500 {
            let pass = Pass(
                room: RoomID(high: random.next(), low: random.next()),
                place: PlaceID(high: random.next(), low: random.next()),
                user: UserID(high: random.next(), low: random.next()),
                expiry: .noon + .milliseconds(Int64.random(in: 1...Int64(1e12), using: &random)))
            #expect(try passes.verify(passes.sign(pass), of: pass.user, at: .noon) == pass)
        }
    }
}
