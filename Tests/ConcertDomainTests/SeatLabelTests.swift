import ConcertDomain
import Testing

@Suite struct SeatLabelTests {
    @Test(arguments: ["A-12-7", "12-7", "7", "Balkon links-AA-99999", "Ä-1-1"])
    func `a seat is named by what its hall has`(text: String) throws {
        let label = try #require(SeatLabel(text))
        let parts = label.parts
        #expect(
            SeatLabel(section: String(parts.section), row: String(parts.row), number: parts.number).text == text)
    }

    @Test(arguments: [
        "", "-", "A-", "-7", "A--7", "A-1-", "A-1-0", "A-1-07", "A-1-100000", "A-1-2-3", "A,B-1-1", " A-1-1",
        "a section too long-1-1", "A-rowtoolong-1", "+7", "A-1-\u{7}",
    ])
    func `what is no name is none`(text: String) {
        #expect(SeatLabel(text) == nil)
    }

    @Test func `seats are listed as people count`() {
        let names = ["10-1", "2-10", "2-9", "Z-1", "AA-1", "A-1-1", "3"]
        let sorted = names.compactMap { SeatLabel($0) }.sorted { $0.parts < $1.parts }
        #expect(sorted.map(\.text) == ["3", "2-9", "2-10", "10-1", "Z-1", "AA-1", "A-1-1"])
    }

    @Test func `a longest name fits on a ticket`() {
        let label = SeatLabel(
            section: String(repeating: "S", count: 16), row: String(repeating: "R", count: 8), number: 99_999)
        #expect(SeatLabel(label.text) == label)
        #expect(label.text.utf8.count <= 32)
    }
}
