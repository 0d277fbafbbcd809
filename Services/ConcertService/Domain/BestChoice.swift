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
            for run in freeRuns(of: stretch, on: map, without: isLeftOut) where run.count >= count {
                for start in run.lowerBound...run.upperBound - count {
                    let gaps = [start - run.lowerBound, run.upperBound - start - count]
                    let rank = Rank(
                        singlesLeft: gaps.count { $0 == 1 },
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

    private static func freeRuns(
        of stretch: Range<Int>, on map: SeatMap, without isLeftOut: (Int) -> Bool
    ) -> [Range<Int>] {
        var runs: [Range<Int>] = []
        var start: Int?
        for index in stretch {
            if map.states[index] == .free, !isLeftOut(index) {
                start = start ?? index
            } else if let begun = start {
                runs.append(begun..<index)
                start = nil
            }
        }
        if let start { runs.append(start..<stretch.upperBound) }
        return runs
    }
}
