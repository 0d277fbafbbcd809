import Identity
import Kernel
import TestSupport
import Testing

@Suite struct CredentialTests {
    private let keyFile = KeyFile.random()
    private let alice = Credential(
        user: UserID(high: 0xa11c_e000, low: 1), role: .user, expiry: .noon + .hours(1))

    @Test(arguments: [Role.user, .operator, .service])
    func `a credential names its user and role`(role: Role) throws {
        let credentials = Credentials(keyFile)
        let credential = Credential(user: alice.user, role: role, expiry: alice.expiry)
        #expect(try credentials.verify(credentials.sign(credential), at: .noon) == credential)
    }

    @Test func `random credentials survive a round trip`() throws {
        let credentials = Credentials(keyFile)
        var random = SeededGenerator(seed: 11)
        for _ in 0..<500 {
            let credential = Credential(
                user: UserID(high: random.next(), low: random.next()),
                role: [Role.user, .operator, .service].randomElement(using: &random)!,
                expiry: .noon + .milliseconds(Int64.random(in: 1...Int64(1e12), using: &random)))
            let token = credentials.sign(credential)
            #expect(token.count == 62)
            #expect(try credentials.verify(token, at: .noon) == credential)
        }
    }

    @Test func `any altered bit, a cut or an added byte is refused`() {
        let credentials = Credentials(keyFile)
        for token in spoiled(credentials.sign(alice)) {
            #expect(throws: TokenError.self) { try credentials.verify(token, at: .noon) }
        }
    }

    @Test func `a refusal names its reason`() throws {
        let credentials = Credentials(keyFile)
        var token = credentials.sign(alice)
        token[10] ^= 1
        #expect(throws: TokenError.forged) { try credentials.verify(token, at: .noon) }
        #expect(throws: TokenError.malformed) { try credentials.verify(Array("alice".utf8), at: .noon) }
        #expect(throws: TokenError.malformed) { try credentials.verify([], at: .noon) }
        let other = KeyFile.random()
        #expect(throws: TokenError.unknownKey(other.ids(of: .auth)[0])) {
            try credentials.verify(Credentials(other).sign(alice), at: .noon)
        }
    }

    @Test func `a credential ends at its expiry, not after it`() throws {
        let credentials = Credentials(keyFile)
        let token = credentials.sign(alice)
        #expect(throws: Never.self) { try credentials.verify(token, at: alice.expiry - .milliseconds(1)) }
        #expect(throws: TokenError.expired(at: alice.expiry)) { try credentials.verify(token, at: alice.expiry) }
    }

    @Test func `an expired forged credential is reported as forged`() {
        let credentials = Credentials(keyFile)
        var token = credentials.sign(alice)
        token[61] ^= 0x80
        #expect(throws: TokenError.forged) { try credentials.verify(token, at: .distantFuture) }
    }

    @Test func `a token of one purpose is refused for another, even with its kind changed`() {
        let pass = Pass(
            room: RoomID(high: 1, low: 2), place: PlaceID(high: 3, low: 4), user: alice.user, expiry: alice.expiry)
        var token = Passes(keyFile).sign(pass)
        #expect(throws: TokenError.malformed) { try Credentials(keyFile).verify(token, at: .noon) }
        token = Credentials(keyFile).sign(alice)
        token[0] = 2
        #expect(throws: TokenError.malformed) { try Passes(keyFile).verify(token, of: alice.user, at: .noon) }
    }

    @Test func `eight threads verify at the same time`() async {
        let credentials = Credentials(keyFile)
        let token = credentials.sign(alice)
        let count = await withTaskGroup(of: Int.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    (0..<200).count { _ in (try? credentials.verify(token, at: .noon)) == alice }
                }
            }
            return await group.reduce(0, +)
        }
        #expect(count == 1600)
    }
}
