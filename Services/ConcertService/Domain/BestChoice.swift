import Kernel

/// Chooses the best free seats for a group: together in one row, near its middle, leaving no single seat.
package enum BestChoice {
    /// Lower is better. `singlesLeft` is compared first.
    private struct Rank: Comparable {
        let singlesLeft: Int
        /// Twice the distance between the middles of the group and of the row.
        let distance: Int

        static func < (a: Rank, b: Rank) -> Bool {
            (a.singlesLeft, a.distance) < (b.singlesLeft, b.distance)
        }
    }

    /// Returns the best seats, random among equals, so that simultaneous requests do not get the same seats.
    /// `isLeftOut` excludes seats by their index in the layout.
    package static func seats(
        _ count: Int, grade: String, on map: SeatMap, without isLeftOut: (Int) -> Bool = { _ in false },
        using random: inout some RandomNumberGenerator
    ) throws(ConcertRefusal) -> [SeatLabel] {
        guard let stretches = map.layout.stretches[grade] else {
            throw .because(.gradeUnknown, "no seat of this date has grade “\(Excerpt.of(grade))”")
        }
        var best: Rank?
        var equals: [Int] = []
        for stretch in stretches where stretch.count >= count {
            forEachFreeRun(of: stretch, on: map, without: isLeftOut) { run in
                guard run.count >= count else { return }
                for start in starts(of: count, in: run, ofRow: stretch) {
                    let (before, after) = (start - run.lowerBound, run.upperBound - start - count)
                    let rank = Rank(
                        singlesLeft: (before == 1 ? 1 : 0) + (after == 1 ? 1 : 0),
                        distance: abs(2 * start + count - stretch.lowerBound - stretch.upperBound))
                    if best.map({ rank < $0 }) ?? true {
                        best = rank
                        equals = [start]
                    } else if rank == best {
                        equals.append(start)
                    }
                }
            }
        }
        guard let start = equals.randomElement(using: &random) else { throw .noSeatsTogether(count, grade: grade) }
        return (start..<start + count).map { map.layout.labels[$0] }.sorted()
    }

    /// The starts in a run that can be the best: the nearest to the middle of the row, and two more on each side, because the
    /// nearest may leave a single seat.
    private static func starts(of count: Int, in run: Range<Int>, ofRow row: Range<Int>) -> ClosedRange<Int> {
        let nearest = (row.lowerBound + row.upperBound - count) / 2
        let last = run.upperBound - count
        func bounded(_ start: Int) -> Int { min(max(start, run.lowerBound), last) }
        return bounded(nearest - 2)...bounded(nearest + 3)
    }

    private static func forEachFreeRun(
        of stretch: Range<Int>, on map: SeatMap, without isLeftOut: (Int) -> Bool, _ body: (Range<Int>) -> Void
    ) {
        var start: Int?
        for index in stretch {
            if map.states[index] == .free, !isLeftOut(index) {
                start = start ?? index
            } else if let begun = start {
                body(begun..<index)
                start = nil
            }
        }
        if let start { body(start..<stretch.upperBound) }
    }
}
