import ConcertDomain
import Kernel
import Testing

@Suite struct SeatLabelTests {
    @Test(arguments: ["A-12-7", "12-7", "7", "Balkon links-AA-99999", "Ä-1-1", "A-\u{301}B-7"])
    func `a label can have a section, a row and a number`(text: String) throws {
        let label = try #require(SeatLabel(text))
        let parts = label.parts
        #expect(
            SeatLabel(section: String(parts.section), row: String(parts.row), number: parts.number).text == text)
    }

    @Test(arguments: [
        "", "-", "A-", "-7", "A--7", "A-1-", "A-1-0", "A-1-07", "A-1-100000", "A-1-2-3", "A,B-1-1", " A-1-1",
        "a section too long-1-1", "A-rowtoolong-1", "+7", "A-1-\u{7}",
    ])
    func `an invalid label is refused`(text: String) {
        #expect(SeatLabel(text) == nil)
    }

    @Test func `seats are ordered as people count`() {
        let names = ["10-1", "2-10", "2-9", "Z-1", "AA-1", "A-1-1", "3"]
        let sorted = names.compactMap { SeatLabel($0) }.sorted { $0.parts < $1.parts }
        #expect(sorted.map(\.text) == ["3", "2-9", "2-10", "10-1", "Z-1", "AA-1", "A-1-1"])
    }

    @Test func `rows of all kinds have one total order`() {
        let rows = ["1", "2", "3", "10", "A", "B", "AA", "10A", "1A", "2A", "AAA", "Box"]
        let labels = rows.flatMap { row in (1...3).compactMap { SeatLabel("\(row)-\($0)") } }
        var random = SeededGenerator(seed: 1)
        for _ in 1...100 {
            let sorted = labels.shuffled(using: &random).sorted { $0.parts < $1.parts }
            #expect(sorted == labels)
        }
    }

    @Test func `labels are equal only if their bytes are equal`() throws {
        let (one, two) = (try #require(SeatLabel("\u{e9}-1-1")), try #require(SeatLabel("e\u{301}-1-1")))
        #expect(one.text == two.text, "Swift's strings are equal")
        #expect(one != two && one.parts != two.parts)
        #expect(Set([one, two, one]).count == 2)
        #expect((one < two) != (two < one))
        let layout = Layout(version: 1, [Seat(one, grade: "A", price: 1), Seat(two, grade: "A", price: 1)])
        #expect(layout.blocks.count == 2)
        #expect(Set([layout.index(of: one), layout.index(of: two)]) == [0, 1])
    }

    @Test func `the longest label fits on a ticket`() {
        let label = SeatLabel(
            section: String(repeating: "S", count: 16), row: String(repeating: "R", count: 8), number: 99_999)
        #expect(SeatLabel(label.text) == label)
        #expect(label.text.utf8.count <= 32)
    }
}
