import ConcertDomain
import Kernel
import TestSupport
import Testing

@Suite struct BestChoiceTests {
    /// Each text is a row of grade A: `.` is free, `x` is taken.
    private func choose(_ count: Int, in rows: String..., seed: UInt64 = 1) throws -> [String] {
        var (seats, taken): ([Seat], [(label: SeatLabel, state: SeatMap.State)]) = ([], [])
        for (row, text) in rows.enumerated() {
            for (index, letter) in text.enumerated() {
                let label = SeatLabel(section: "", row: "\(row + 1)", number: index + 1)
                seats.append(Seat(label, grade: "A", price: 1))
                if letter == "x" { taken.append((label, .held)) }
            }
        }
        let map = try #require(SeatMap(Layout(version: 1, seats), taken: taken, asOf: .noon))
        var random = SeededGenerator(seed: seed)
        return try BestChoice.seats(count, grade: "A", on: map, using: &random).map(\.text)
    }

    @Test func `seats are in the middle of the row`() throws {
        #expect(try choose(2, in: "..........") == ["1-5", "1-6"])
        #expect(try choose(1, in: ".....") == ["1-3"])
    }

    @Test func `the choice leaves no single seat`() throws {
        // The middle of the gap would leave a single seat on each side.
        #expect([["1-3", "1-4"], ["1-5", "1-6"]].contains(try choose(2, in: "xx....xx")))
        // Here every choice leaves a single seat.
        #expect([["1-3", "1-4"], ["1-4", "1-5"]].contains(try choose(2, in: "xx...xxx")))
    }

    @Test func `seats are at the end of a gap nearest to the middle`() throws {
        #expect(try choose(2, in: "...xxx") == ["1-2", "1-3"])
    }

    @Test func `seats are together in one row, or the choice fails`() throws {
        #expect(throws: ConcertRefusal.noSeatsTogether(3, grade: "A")) { try choose(3, in: "..x..", "x..x.") }
        #expect(throws: ConcertRefusal.because(.gradeUnknown, "no seat of this date has grade “A”")) {
            try choose(1, in: "")
        }
    }

    @Test func `a choice of one seat that fails says so in the singular`() {
        let text = "no seat of grade “A” is free: choose another grade or date, or try again later, because holds end"
        #expect(throws: ConcertRefusal.because(.noSeatsTogether, text)) { try choose(1, in: "xxx") }
    }

    @Test func `no other seats are better, in random rows`() throws {
        var random = SeededGenerator(seed: 7)
        for _ in 0..<2000 {
            let row = (0..<Int.random(in: 1...9, using: &random)).map { _ in Bool.random(using: &random) ? "." : "x" }
            let count = Int.random(in: 1...4, using: &random)
            let chosen = try? choose(count, in: row.joined(), seed: random.next())
            // Every start, with the singles that it leaves and its distance from the middle.
            let free = row.map { $0 == "." }
            let ranks = (0...max(0, row.count - count)).compactMap { start -> [Int]? in
                guard row.count >= count, free[start..<start + count].allSatisfy({ $0 }) else { return nil }
                func isFree(_ index: Int) -> Bool { free.indices.contains(index) && free[index] }
                let singles = [(start - 1, start - 2), (start + count, start + count + 1)].count {
                    isFree($0.0) && !isFree($0.1)
                }
                return [singles, abs(2 * start + count - row.count), start]
            }
            let best = ranks.map { $0.dropLast() }.min { $0.lexicographicallyPrecedes($1) }
            let starts = ranks.filter { $0.dropLast() == best }.map { "1-\($0[2] + 1)" }
            #expect(chosen?.first.map(starts.contains) ?? starts.isEmpty, "\(count) of \(row.joined())")
        }
    }

    @Test func `the choice among equal seats is random`() throws {
        let rows = Set(try (1...50).map { try choose(2, in: "..", "..", "..", seed: $0) })
        #expect(rows.count == 3)
    }

    @Test func `excluded seats are not chosen`() throws {
        let seats = (1...4).map { Seat(SeatLabel(section: "", row: "", number: $0), grade: "A", price: 1) }
        let map = try #require(SeatMap(Layout(version: 1, seats), taken: [], asOf: .noon))
        var random = SeededGenerator(seed: 1)
        let chosen = try BestChoice.seats(2, grade: "A", on: map, without: { $0 == 1 }, using: &random)
        #expect(chosen.map(\.text) == ["3", "4"])
    }
}
