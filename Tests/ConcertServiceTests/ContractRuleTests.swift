import ConcertAPI
import ConcertDomain
import TestSupport
import Testing

/// The rules that the contract has for one field, and the domain for the same value in another form.
struct ContractRuleTests {
    @Test(arguments: [0, 1, 2, 99_998, 99_999, 100_000] as [UInt32])
    func `a number of a seat has the same bounds in a range and in a name`(number: UInt32) throws {
        let range = SeatRange(firstNumber: number, lastNumber: number)
        #expect(try range.isAllowedByContract() == (SeatLabel("7-\(number)") != nil))
    }

    @Test(arguments: ["North", "No\u{200d}rth", "No\trth", "No\u{202e}rth", "North\u{1b}[2J", " North"])
    func `the name of a gate does not control the screen or the direction of text`(gate: String) throws {
        let isPlain = ["North", "No\u{200d}rth"].contains(gate)
        #expect(try CheckInRequest(gate: gate).isAllowedByContract() == isPlain)
    }

    @Test(arguments: [0, 1, 2, 49, 50, 51])
    func `a user can name as many seats as the service chooses at most`(count: Int) throws {
        let best = BestSeats(count: UInt32(count), grade: "A")
        let isAllowedByDomain = (try? SeatChoice(names: (0..<count).map { "7-\($0 + 1)" })) != nil
        #expect(try best.isAllowedByContract() == isAllowedByDomain)
    }
}
