import Kernel
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

    @Test(arguments: ["touts", "to\tuts", "to\u{202e}uts", "touts\u{1b}[2J"])
    func `the reason of a revoked place does not control the screen or the direction of text`(reason: String) throws {
        let request = RevokePlaceRequest(
            roomID: RoomID(high: 1, low: 1), placeID: PlaceID(high: 1, low: 1), reason: reason)
        #expect(try request.isAllowedByContract() == (reason == "touts"))
    }
}
