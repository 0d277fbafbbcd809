import Kernel
import Testing

@Suite struct IDTests {
    private enum Thing {}

    @Test func `a new id is a UUIDv7 with the current millisecond`() {
        var random = SeededGenerator(seed: 1)
        for _ in 0..<1000 {
            let id = ID<Thing>.make(at: Timestamp(milliseconds: 0x0123_4567_89ab), using: &random)
            #expect(id.description.hasPrefix("01234567-89ab-7"))
            #expect(id.low >> 62 == 0b10)
        }
    }

    @Test func `ids sort by creation time`() {
        var random = SeededGenerator(seed: 2)
        let early = ID<Thing>.make(at: Timestamp(milliseconds: 1000), using: &random)
        let late = ID<Thing>.make(at: Timestamp(milliseconds: 1001), using: &random)
        #expect(early < late)
    }

    @Test func `the first half of an id decides the order, then the second`() {
        let sorted = [(1, 1), (1, 2), (2, 0), (2, 1)].map { ID<Thing>(high: $0.0, low: $0.1) }
        #expect(sorted.reversed().sorted() == sorted)
    }

    @Test func `text and bytes give the same id back`() throws {
        var random = SeededGenerator(seed: 3)
        for _ in 0..<1000 {
            let id = ID<Thing>(high: random.next(), low: random.next())
            #expect(ID<Thing>(id.description) == id)
            #expect(ID<Thing>(id.description.uppercased()) == id)
            #expect(ID<Thing>(bytes: id.bytes) == id)
        }
    }

    @Test(arguments: [
        "", "0", "01234567-89ab-7def-8123-456789abcde", "01234567-89ab-7def-8123-456789abcdef0",
        "0123456789ab7def8123456789abcdef0000", "01234567-89ab-7def-8123-456789abcdeg",
        "01234567--9ab-7def-8123-456789abcdef",
    ])
    func `text that is not an id is refused`(text: String) {
        #expect(ID<Thing>(text) == nil)
    }

    @Test(arguments: [0, 15, 17]) func `an id has exactly sixteen bytes`(count: Int) {
        #expect(ID<Thing>(bytes: [UInt8](repeating: 1, count: count)) == nil)
    }
}
