import Encoding
import Identity
import Kernel
import TestSupport
import Testing

/// Tokens that the programs of be9f464 made, with the keys of `Tests/Compatibility/recorded/keys`.
@Suite struct OldTokenTests {
    private static let expiry = Timestamp(milliseconds: 4_102_444_800_000)
    private static let user = UserID(high: 0xa11c_e000, low: 1)
    private let folder = TemporaryFolder()

    private func keys() throws -> KeyFile {
        let (auth, ticket) = (String(repeating: "01", count: 32), String(repeating: "03", count: 32))
        folder.write("auth a0000001 \(auth)\nticket a0000003 \(ticket)\n", to: "keys", mode: 0o600)
        return try KeyFile.read(folder.path + "/keys")
    }

    private static func credential(_ role: String, _ tag: String) -> String {
        "01a0000001\(role)00000000a11ce0000000000000000001000003bb2cc3d800" + tag
    }

    @Test(arguments: [KeyHolder.queue, .concert, .wallet])
    func `an old credential is valid until it expires, and an old operator has all duties`(
        service: KeyHolder
    ) throws {
        let verifier = CredentialVerifier(try keys(), for: service)
        for (role, digits, tag) in [
            (Role.user, "01", "0f071e860025eef3dbace97fbd8bb1c8f92df3631d07bf3366a363172994f220"),
            (.operator, "02", "bf6ec571e627708d97dc23da12869bd70676ff30457c05bcb4a5c03acaa99397"),
            (.service, "04", "3ee048e519fc48e2b0b7b7b1b1b0ee46ea5665ca82eca7abcee51d6a2ab7eff9"),
        ] {
            let token = Hexadecimal.bytes(of: Self.credential(digits, tag))!
            let credential = Credential(
                user: Self.user, role: role, duties: role == .operator ? .all : [], expiry: Self.expiry)
            #expect(try verifier.verify(token, at: .noon) == credential)
            #expect(throws: TokenError.expired(at: Self.expiry)) { try verifier.verify(token, at: Self.expiry) }
            for altered in spoiled(token) {
                #expect(throws: TokenError.self) { try verifier.verify(altered, at: .noon) }
            }
        }
    }

    @Test func `a role that old credentials did not have is refused`() throws {
        let tag = "79692b11c3eae98de0b4bfbb1a2b9b8a6584fa03d60f2c5d1d7e3c03c6fcbd29"
        let token = Hexadecimal.bytes(of: Self.credential("08", tag))!
        let verifier = CredentialVerifier(try keys(), for: .queue)
        #expect(throws: TokenError.malformed) { try verifier.verify(token, at: .noon) }
    }

    @Test func `an old pass is valid until it expires`() throws {
        let text =
            "02a0000001000000000000000100000000000000020000000000000003000000000000000400000000a11ce000"
            + "0000000000000001000003bb2cc3d8000223cd4b55b72007801cd7ef67dd1510dc2d09dcf4e51eafa1a85ebc2eb37ce8"
        let pass = Pass(
            room: RoomID(high: 1, low: 2), place: PlaceID(high: 3, low: 4), user: Self.user, expiry: Self.expiry)
        let passes = Passes(try keys())
        #expect(try passes.verify(Hexadecimal.bytes(of: text)!, of: Self.user, at: .noon) == pass)
        #expect(passes.sign(pass) == Hexadecimal.bytes(of: text), "passes have not changed")
    }
}
