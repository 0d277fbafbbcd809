import Identity
import Kernel
import TestSupport
import Testing

@Suite struct CredentialTests {
    private static let services: [KeyHolder] = [.queue, .concert, .wallet]
    private let keyFile = KeyFile.random()
    private let alice = Credential(
        user: UserID(high: 0xa11c_e000, low: 1), role: .user, session: SessionID(high: 5, low: 6),
        expiry: .noon + .hours(1))

    private func verifier(_ holder: KeyHolder = .concert) -> CredentialVerifier {
        CredentialVerifier(keyFile, for: holder)
    }

    @Test(arguments: [Role.user, .operator, .service, .edge], services)
    func `every service reads user, role, duties and session`(role: Role, service: KeyHolder) throws {
        let credential = Credential(
            user: alice.user, role: role, duties: role == .operator ? [.sales, .gate] : [], session: alice.session,
            expiry: alice.expiry)
        #expect(try verifier(service).verify(Credentials(keyFile).sign(credential), at: .noon) == credential)
    }

    @Test func `random credentials survive a round trip`() throws {
        let credentials = Credentials(keyFile)
        let verifiers = Self.services.map(verifier)
        var random = SeededGenerator(seed: 11)
        for _ in 0..<500 {
            let role = [Role.user, .operator, .service, .edge].randomElement(using: &random)!
            let credential = Credential(
                user: UserID(high: random.next(), low: random.next()), role: role,
                duties: role == .operator ? Duties(rawValue: random.next()) : [],
                session: Bool.random(using: &random) ? SessionID(high: random.next(), low: random.next()) : nil,
                expiry: .noon + .milliseconds(Int64.random(in: 1...Int64(1e12), using: &random)))
            let token = credentials.sign(credential)
            #expect(token.count == 143)
            for verifier in verifiers { #expect(try verifier.verify(token, at: .noon) == credential) }
        }
    }

    @Test(arguments: services)
    func `a token with an altered bit, a missing byte or an added byte is refused`(service: KeyHolder) {
        let verifier = verifier(service)
        let token = Credentials(keyFile).sign(alice)
        let ownTag = 47 + 32 * Self.services.firstIndex(of: service)!
        for altered in spoiled(token) {
            let position =
                altered.count == token.count ? zip(altered, token).map { $0 == $1 }.firstIndex(of: false)! : 0
            // A service cannot check the tags of the others.
            if position >= 47, !(ownTag..<ownTag + 32).contains(position) { continue }
            #expect(throws: TokenError.self) { try verifier.verify(altered, at: .noon) }
        }
    }

    @Test(arguments: services, services)
    func `the tag of one service is worthless at another`(own: KeyHolder, other: KeyHolder) {
        let token = Credentials(keyFile).sign(alice)
        let index = { (service: KeyHolder) in 47 + 32 * Self.services.firstIndex(of: service)! }
        var moved = Array(token.prefix(47)) + [UInt8](repeating: 0, count: 96)
        moved.replaceSubrange(index(other)..<index(other) + 32, with: token[index(own)..<index(own) + 32])
        if own == other {
            #expect(throws: Never.self) { try verifier(other).verify(moved, at: .noon) }
        } else {
            #expect(throws: TokenError.forged) { try verifier(other).verify(moved, at: .noon) }
        }
    }

    @Test func `a refusal names its reason`() throws {
        let verifier = verifier()
        var token = Credentials(keyFile).sign(alice)
        token[10] ^= 1
        #expect(throws: TokenError.forged) { try verifier.verify(token, at: .noon) }
        #expect(throws: TokenError.malformed) { try verifier.verify(Array("alice".utf8), at: .noon) }
        #expect(throws: TokenError.malformed) { try verifier.verify([], at: .noon) }
        let other = KeyFile.random()
        #expect(throws: TokenError.unknownKey(other.ids(of: .auth)[0])) {
            try verifier.verify(Credentials(other).sign(alice), at: .noon)
        }
    }

    @Test func `a credential ends at its expiry, not after it`() throws {
        let verifier = verifier()
        let token = Credentials(keyFile).sign(alice)
        #expect(throws: Never.self) { try verifier.verify(token, at: alice.expiry - .milliseconds(1)) }
        #expect(throws: TokenError.expired(at: alice.expiry)) { try verifier.verify(token, at: alice.expiry) }
    }

    @Test func `an expired forged credential is reported as forged`() {
        var token = Credentials(keyFile).sign(alice)
        token[142] ^= 0x80
        #expect(throws: TokenError.forged) { try verifier(.wallet).verify(token, at: .distantFuture) }
    }

    @Test func `a token of one purpose is refused for another, even with its kind changed`() {
        let pass = Pass(
            room: RoomID(high: 1, low: 2), place: PlaceID(high: 3, low: 4), user: alice.user, expiry: alice.expiry)
        var token = Passes(keyFile).sign(pass)
        #expect(throws: TokenError.malformed) { try verifier().verify(token, at: .noon) }
        token = Credentials(keyFile).sign(alice)
        token[0] = 2
        #expect(throws: TokenError.malformed) { try Passes(keyFile).verify(token, of: alice.user, at: .noon) }
        token[0] = 1
        #expect(throws: TokenError.malformed) { try verifier().verify(token, at: .noon) }
    }

    @Test func `eight threads verify at the same time`() async {
        let verifier = verifier()
        let token = Credentials(keyFile).sign(alice)
        let count = await withTaskGroup(of: Int.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    (0..<200).count { _ in (try? verifier.verify(token, at: .noon)) == alice }
                }
            }
            return await group.reduce(0, +)
        }
        #expect(count == 1600)
    }
}
