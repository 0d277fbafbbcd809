import QueueAPI
import QueueDomain
import TestSupport
import Testing

/// The contract and the domain accept the same names of rooms. FindRoom has no rule, so the domain keeps its own.
struct ContractRuleTests {
    private static let edges = [
        "", "a", "z9", "9a", "-a", "a-", "a-b", "A", "aB", "a_b", "a.b", "a b", "ü", "`a", "a{",
        String(repeating: "a", count: 64), String(repeating: "a", count: 65),
    ]

    @Test(arguments: edges)
    func `contract and domain accept the same names of rooms`(name: String) throws {
        let isAllowedByDomain = (try? RoomName(name)) != nil
        #expect(try CreateRoomRequest(name: name).isAllowedByContract() == isAllowedByDomain)
    }
}
