import Kernel

/// The draw of a room: it orders the users who joined before it. Those who join later stand behind them, in order.
///
///     PENDING ──close──▶ CLOSED ──draw──▶ DRAWN
package struct Draw: Equatable, Sendable {
    package enum State: Int64, Sendable {
        /// Users join, and take part.
        case pending = 1
        /// The participants are fixed.
        case closed = 2
        /// Every participant has a number.
        case drawn = 3
    }

    /// The round of the public beacon, fixed when the room was created.
    package let round: Int64
    package internal(set) var state = State.pending
    /// The users who take part: the places up to this serial. 0 while pending.
    package internal(set) var participants: Int64 = 0
    /// The seed of the drawn numbers. Nil until they are drawn.
    package internal(set) var seed: [UInt8]?
    /// The numbers of the participants. They follow from the seed.
    package internal(set) var numbering: Numbering?

    package init(round: Int64) {
        self.round = round
    }

    package init(stored state: State, round: Int64, participants: Int64, seed: [UInt8]?, numbering: Numbering?) {
        self.round = round
        self.state = state
        self.participants = participants
        self.seed = seed
        self.numbering = numbering
    }
}

/// The numbers of a draw, by serial and by number. Two arrays of four bytes for each participant, shared by all copies.
package struct Numbering: Equatable, Sendable {
    private let serials: [UInt32]
    private let numbers: [UInt32]

    /// `order` has the serials, less 1, in the order of the numbers.
    package init(order: [UInt32]) {
        serials = order
        var numbers = [UInt32](repeating: 0, count: order.count)
        for (index, serial) in order.enumerated() { numbers[Int(serial)] = UInt32(index) }
        self.numbers = numbers
    }

    package var count: Int64 { Int64(serials.count) }

    func number(of serial: Int64) -> Int64 { serial > count ? serial : Int64(numbers[Int(serial - 1)]) + 1 }

    /// The serials of these numbers, all of participants.
    package func serials(of range: ClosedRange<Int64>) -> [Int64] {
        range.map { Int64(serials[Int($0 - 1)]) + 1 }
    }
}

extension Room {
    package var isDrawPending: Bool { draw.map { $0.state != .drawn } ?? false }

    /// The number of a place in the line. 0 for a participant of a draw that has not happened.
    package func number(of serial: Int64) -> Int64 {
        guard let draw else { return serial }
        if let numbering = draw.numbering { return numbering.number(of: serial) }
        return draw.state == .pending || serial <= draw.participants ? 0 : serial
    }

    /// True if the line has reached the place. Then it does not wait any more.
    package func hasReached(_ serial: Int64) -> Bool {
        let number = number(of: serial)
        // A room that was closed before its draw has passed everyone.
        return number > 0 ? number <= admitted : serial <= lastSerial && admitted == lastSerial
    }

    /// Fixes the participants. Later users join behind them.
    package mutating func closeDraw() throws(QueueRefusal) {
        guard decided != .closed else { throw .because(.roomClosed) }
        guard var draw else { throw .because(.roomHasNoDraw) }
        guard draw.state == .pending else { return }
        draw.state = .closed
        draw.participants = lastSerial
        self.draw = draw
        revision += 1
    }

    /// Gives the participants their numbers, and opens the room unless the announced time is later.
    package mutating func finishDraw(_ numbering: Numbering, seed: [UInt8], now: Timestamp) throws(QueueRefusal) {
        guard decided != .closed else { throw .because(.roomClosed) }
        guard var draw else { throw .because(.roomHasNoDraw) }
        guard draw.state == .closed else { throw .because(.drawNotClosed) }
        draw.state = .drawn
        draw.seed = seed
        draw.numbering = numbering
        self.draw = draw
        if times.opens.map({ $0 <= now }) ?? true { decided = .open }
        revision += 1
    }
}
