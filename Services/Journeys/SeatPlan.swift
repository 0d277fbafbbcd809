import ConcertAPI

/// All seats of a date with their states.
package struct SeatPlan: Sendable {
    package enum State: Sendable { case free, held, sold, blocked }

    /// Seats side by side in a row, of one grade and price.
    package struct Block: Sendable {
        package let section: String
        package let row: String
        package let numbers: ClosedRange<Int>
        package let grade: String
        package let price: UInt64
        package let firstIndex: Int

        func index(of number: Int) -> Int { firstIndex + number - numbers.lowerBound }

        package func name(of number: Int) -> String {
            section.isEmpty ? (row.isEmpty ? "\(number)" : "\(row)-\(number)") : "\(section)-\(row)-\(number)"
        }
    }

    package let blocks: [Block]
    package let currency: String
    private var states: [State]

    package init(_ reply: ShowSeatsReply) {
        blocks = reply.blocks.compactMap { block in
            let seats = block.seats
            guard seats.firstNumber <= seats.lastNumber else { return nil }
            return Block(
                section: seats.section, row: seats.row, numbers: Int(seats.firstNumber)...Int(seats.lastNumber),
                grade: block.grade, price: block.price, firstIndex: Int(block.firstIndex))
        }
        currency = reply.currency
        let count = blocks.map { $0.index(of: $0.numbers.upperBound) + 1 }.max() ?? 0
        states = Array(repeating: .free, count: count)
        set(reply.held, .held)
        set(reply.sold, .sold)
        set(reply.blocked, .blocked)
    }

    private mutating func set(_ indexes: [UInt32], _ state: State) {
        for index in indexes where states.indices.contains(Int(index)) { states[Int(index)] = state }
    }

    package func state(of number: Int, in block: Block) -> State { states[block.index(of: number)] }

    /// The sections in the order of the hall.
    package var sections: [String] {
        var seen: Set<String> = []
        return blocks.map(\.section).filter { seen.insert($0).inserted }
    }

    /// The blocks of a section. All blocks without a section.
    package func only(_ section: String?) -> [Block] { blocks.filter { section == nil || $0.section == section } }

    package func names(_ state: State, _ blocks: [Block]) -> [String] {
        blocks.flatMap { block in
            block.numbers.filter { self.state(of: $0, in: block) == state }.map(block.name)
        }
    }

    package func names(ofGrade grade: String) -> Set<String> {
        Set(blocks.filter { $0.grade == grade }.flatMap { block in block.numbers.map(block.name) })
    }

    package struct Grade: Sendable {
        package let name: String
        /// Its free seats on the map.
        package let letter: Character
        package let lowestPrice: UInt64
        package let highestPrice: UInt64
        package let free: Int
    }

    /// The grades, most expensive first. Each has a different letter, from its name if possible.
    package var grades: [Grade] {
        let byName = Dictionary(grouping: blocks, by: \.grade)
        let byPrice = byName.sorted { a, b in
            let (aPrice, bPrice) = (a.value.map(\.price).max() ?? 0, b.value.map(\.price).max() ?? 0)
            return aPrice == bPrice ? a.key < b.key : aPrice > bPrice
        }
        var taken: Set<Character> = []
        return byPrice.map { name, blocks in
            let letters = name.uppercased().filter { $0.isASCII && $0.isLetter } + "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
            let letter = letters.first { !taken.contains($0) } ?? "?"
            taken.insert(letter)
            return Grade(
                name: name, letter: letter, lowestPrice: blocks.map(\.price).min() ?? 0,
                highestPrice: blocks.map(\.price).max() ?? 0,
                free: blocks.reduce(0) { sum, block in
                    sum + block.numbers.count { state(of: $0, in: block) == .free }
                })
        }
    }
}
