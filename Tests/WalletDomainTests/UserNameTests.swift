import Testing
import WalletDomain

@Suite struct UserNameTests {
    @Test(arguments: [
        "al", "Alice", "1alice", "-alice", "alice bob", "älice", "", "a123456789012345678901234567890123",
    ])
    func `an invalid name is refused`(name: String) {
        #expect(throws: WalletRefusal.self) { try UserName(name) }
    }

    @Test(arguments: ["bob", "alice.b-c_2", "a1234567890123456789012345678901"])
    func `a name is 3 to 32 letters, digits, dots, hyphens and underscores`(name: String) throws {
        #expect(try UserName(name).text == name)
    }
}
