import Kernel

/// Which seats of a date were not free at one moment.
package struct SeatMap: Sendable {
    /// What a seat is to those who look for one.
    package enum State: UInt8, Sendable {
        case free, held, sold, blocked
    }

    package let layout: Layout
    package let states: [State]
    package let asOf: Timestamp
    /// Indexes, ascending.
    package let held: [UInt32]
    package let sold: [UInt32]
    package let blocked: [UInt32]

    /// Nil where a seat is not in the layout, which then is not the latest.
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

    /// What has changed since `older`, a map of the same layout: the indexes that are now in each state.
    package func changes(since older: SeatMap) -> [State: [UInt32]] {
        precondition(layout === older.layout, "maps of two layouts have nothing in common")
        var changes: [State: [UInt32]] = [:]
        for index in states.indices where states[index] != older.states[index] {
            changes[states[index], default: []].append(UInt32(index))
        }
        return changes
    }
}
