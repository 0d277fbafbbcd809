import Identity
import Kernel
import TestSupport
import Testing

@Suite struct PasswordTests {
    private let passwords = Passwords(cost: .least)
    private let turn = PasswordTurn(network: "10.0.0.1", deadline: Uptime(nanoseconds: .max))

    @Test func `the right password is accepted and a wrong one refused`() async throws {
        let hash = try await passwords.hash("correct horse", turn)
        #expect(try await passwords.verify("correct horse", against: hash, turn))
        #expect(try await !passwords.verify("correct horsf", against: hash, turn))
        #expect(try await !passwords.verify("correct horse", against: nil, turn))
    }

    /// A machine that is busy can make a check slower, but none a hundred times faster.
    @Test func `a check without a hash does not take a hundredth of the time of one with a hash`() async throws {
        let clock = ContinuousClock()
        let standard = Passwords()
        let hash = try await standard.hash("correct horse", turn)
        let known = try await clock.measure { _ = try await standard.verify("wrong horse", against: hash, turn) }
        let unknown = try await clock.measure { _ = try await standard.verify("wrong horse", against: nil, turn) }
        #expect(unknown > known / 100)
    }

    @Test func `hashes of one password differ and do not contain it`() async throws {
        let one = try await passwords.hash("correct horse", turn)
        let two = try await passwords.hash("correct horse", turn)
        #expect(one != two)
        #expect(one.text.hasPrefix("$argon2id$v=19$m=8,t=1,p=1$"))
        #expect(!one.text.contains("horse"))
        #expect(PasswordHash(one.text) == one)
    }

    @Test func `a hash of one cost verifies under another cost`() async throws {
        let hash = try await passwords.hash("correct horse", turn)
        #expect(try await Passwords(cost: .standard).verify("correct horse", against: hash, turn))
    }

    @Test(arguments: ["", String(repeating: "x", count: 1025)])
    func `a password outside its bounds is refused`(password: String) async {
        await #expect(throws: PasswordError.length(maximumByteCount: 1024)) { try await passwords.hash(password, turn) }
        await #expect(throws: PasswordError.length(maximumByteCount: 1024)) {
            try await passwords.verify(password, against: nil, turn)
        }
    }

    @Test(arguments: ["", "$argon2i$v=19$m=8,t=1,p=1$", "plain", "$argon2id$" + String(repeating: "x", count: 128)])
    func `text that is not an Argon2id hash is refused`(text: String) {
        #expect(PasswordHash(text) == nil)
    }

    @Test func `a damaged hash matches no password`() async throws {
        let hash = try await passwords.hash("correct horse", turn)
        let damaged = try #require(PasswordHash(String(hash.text.dropLast())))
        #expect(try await !passwords.verify("correct horse", against: damaged, turn))
    }
}
