import Kernel

/// The states of a date's seats at one moment.
package struct SeatMap: Sendable {
    /// The state of a seat for buyers. The database stores the raw values.
    package enum State: Int, Sendable {
        case free = 0
        case held = 1
        case sold = 2
        case blocked = 3
    }

    package let layout: Layout
    package let states: [State]
    package let asOf: Timestamp
    /// Indexes, ascending.
    package let held: [UInt32]
    package let sold: [UInt32]
    package let blocked: [UInt32]

    /// Nil if a taken seat is not in the layout. The layout is then outdated.
    package init?(_ layout: Layout, taken: [(label: SeatLabel, state: State)], asOf: Timestamp) {
        var states = [State](repeating: .free, count: layout.labels.count)
        for seat in taken {
            guard let index = layout.index(of: seat.label) else { return nil }
            states[index] = seat.state
        }
        self.init(layout, states, asOf: asOf)
    }

    private init(_ layout: Layout, _ states: [State], asOf: Timestamp) {
        var (held, sold, blocked): ([UInt32], [UInt32], [UInt32]) = ([], [], [])
        for (index, state) in states.enumerated() {
            switch state {
            case .free: break
            case .held: held.append(UInt32(index))
            case .sold: sold.append(UInt32(index))
            case .blocked: blocked.append(UInt32(index))
            }
        }
        self.layout = layout
        self.states = states
        self.asOf = asOf
        self.held = held
        self.sold = sold
        self.blocked = blocked
    }

    /// The first free seats from an index on, and the index after them. `next` is nil if there are no more.
    package func free(from first: Int, limit: Int) -> (labels: [SeatLabel], next: Int?) {
        var indexes = states.indices.dropFirst(first).lazy.filter { states[$0] == .free }.prefix(limit + 1).map { $0 }
        let next = indexes.count > limit ? indexes.removeLast() : nil
        return (indexes.map { layout.labels[$0] }, next)
    }

    /// The indexes of the seats that changed since `older`, by their new state. Both maps must have the same layout.
    package func changes(since older: SeatMap) -> [State: [UInt32]] {
        precondition(layout === older.layout, "maps with different layouts cannot be compared")
        var changes: [State: [UInt32]] = [:]
        for index in states.indices where states[index] != older.states[index] {
            changes[states[index], default: []].append(UInt32(index))
        }
        return changes
    }
}
