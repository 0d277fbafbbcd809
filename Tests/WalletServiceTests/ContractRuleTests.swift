import TestSupport
import Testing
import WalletAPI
import WalletDomain

/// The contract and the domain accept the same names of users. SignIn and TopUp have no rule, so the domain keeps its own.
struct ContractRuleTests {
    private static let edges = [
        "", "ab", "abc", "z90", "9ab", "-ab", ".ab", "_ab", "ab-", "ab.", "ab_", "a-._b", "Abc", "abC", "a bc", "abü",
        "`ab", "ab{", String(repeating: "a", count: 32), String(repeating: "a", count: 33),
    ]

    @Test(arguments: edges)
    func `contract and domain accept the same names of users`(name: String) throws {
        let isAllowedByDomain = (try? UserName(name)) != nil
        #expect(try SignUpRequest(name: name, password: "12345678").isAllowedByContract() == isAllowedByDomain)
    }
}
