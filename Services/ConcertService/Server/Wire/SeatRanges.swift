import ConcertAPI
import ConcertDomain
import Kernel

extension SeatRun {
    init(_ range: SeatRange?, _ field: String) throws(ConcertRefusal) {
        guard let range else { throw .invalid(field, "is missing: set a range of seats") }
        try self.init(
            section: range.section, row: range.row, first: Int(range.firstNumber), last: Int(range.lastNumber))
    }

    static func all(_ ranges: [SeatRange]) throws(ConcertRefusal) -> [SeatRun] {
        var runs: [SeatRun] = []
        for range in ranges { runs.append(try SeatRun(range, "seats")) }
        return runs
    }
}

extension SeatRange {
    init(_ run: SeatRun) {
        self.init(
            section: run.section, row: run.row, firstNumber: UInt32(run.numbers.lowerBound),
            lastNumber: UInt32(run.numbers.upperBound))
    }
}

extension Offer {
    init(_ offer: SeatOffer) throws(ConcertRefusal) {
        try self.init(SeatRun(offer.seats, "offers.seats"), grade: offer.grade, price: Int64(clamping: offer.price))
    }
}

extension ShowSeatsReply {
    /// Omits the blocks if the caller has this version of the layout.
    init(_ map: SeatMap, of schedule: Schedule, knownVersion: UInt64 = 0) {
        let layout = map.layout
        let isKnown = knownVersion != 0 && knownVersion == UInt64(layout.version)
        self.init(
            layoutVersion: UInt64(layout.version), blocks: isKnown ? [] : layout.blocks.map { SeatBlock($0) },
            held: map.held, sold: map.sold, blocked: map.blocked, currency: schedule.currency.code,
            asOfMs: map.asOf.field)
    }
}

extension SeatBlock {
    init(_ block: ConcertDomain.Layout.Block) {
        self.init(
            seats: SeatRange(block.seats), grade: block.grade, price: UInt64(block.price),
            firstIndex: UInt32(block.firstIndex))
    }
}

extension SeatChoice {
    init(_ wish: ReserveSeatsRequest.Wish?) throws(ConcertRefusal) {
        switch wish {
        case .seats(let seats): try self.init(names: seats.names)
        case .best(let best): try self.init(best: Int(best.count), grade: best.grade)
        case nil: throw .invalid("wish", "is missing: set seats or best")
        }
    }
}
