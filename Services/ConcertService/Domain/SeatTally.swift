/// The number of seats in each state.
package struct SeatTally: Equatable, Sendable {
    package private(set) var free: Int
    package private(set) var held: Int
    package private(set) var sold: Int
    package private(set) var blocked: Int

    package init(free: Int = 0, held: Int = 0, sold: Int = 0, blocked: Int = 0) {
        self.free = free
        self.held = held
        self.sold = sold
        self.blocked = blocked
    }

    package mutating func add(_ other: SeatTally) {
        free += other.free
        held += other.held
        sold += other.sold
        blocked += other.blocked
    }
}
