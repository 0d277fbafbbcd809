/// The seats of a date with their grades and prices. Only operators change them.
///
/// The index of a seat follows the order in which people count seats. It is valid for one version of the layout.
package final class Layout: Sendable {
    /// Seats side by side with one grade and price.
    package struct Block: Equatable, Sendable {
        package let seats: SeatRun
        package let grade: String
        package let price: Int64
        package let firstIndex: Int
    }

    package let version: Int64
    package let labels: [SeatLabel]
    package let blocks: [Block]
    /// Indexes of seats side by side, by grade. Prices can differ within a stretch.
    package let stretches: [String: [Range<Int>]]
    private let indexes: [SeatLabel: UInt32]

    package init(version: Int64, _ seats: [Seat]) {
        let seats = seats.map { (seat: $0, parts: $0.label.parts) }.sorted { $0.parts < $1.parts }
        var blocks: [Block] = []
        var stretches: [String: [Range<Int>]] = [:]
        var blockStart = 0
        var stretchStart = 0
        for index in seats.indices {
            let (seat, parts) = seats[index]
            let isLast = index + 1 == seats.count
            let next = isLast ? nil : seats[index + 1]
            let isNeighbour =
                next.map {
                    $0.parts.isInRow(of: parts) && $0.parts.number == parts.number + 1 && $0.seat.grade == seat.grade
                } ?? false
            if !isNeighbour || next?.seat.price != seat.price {
                let run = SeatRun(from: seats[blockStart].parts, to: parts)
                blocks.append(Block(seats: run, grade: seat.grade, price: seat.price, firstIndex: blockStart))
                blockStart = index + 1
            }
            if !isNeighbour {
                stretches[seat.grade, default: []].append(stretchStart..<index + 1)
                stretchStart = index + 1
            }
        }
        self.version = version
        self.blocks = blocks
        self.stretches = stretches
        labels = seats.map(\.seat.label)
        indexes = Dictionary(uniqueKeysWithValues: labels.enumerated().map { ($0.element, UInt32($0.offset)) })
    }

    package func index(of label: SeatLabel) -> Int? {
        indexes[label].map { Int($0) }
    }
}
