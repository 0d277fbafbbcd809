import ConcertDomain
import Kernel
import TestSupport
import Testing

/// The rules of one date: the times of its sale, the limit per user, and changes of its settings.
@Suite struct ScheduleTests {
    private let schedule: Schedule

    init() throws {
        let concert = Concert(
            ConcertID(high: 1, low: 1), name: "moon", currency: .eur,
            try Concert.Settings(title: "Moon", host: "Moons", browseRoom: nil, zone: ""), now: .noon)
        schedule = Schedule(ScheduleID(high: 2, low: 1), of: concert, try .tonight(), now: .noon)
    }

    private func seats(_ numbers: ClosedRange<Int>) -> [Seat] {
        numbers.map { Seat(SeatLabel(section: "", row: "", number: $0), grade: "A", price: 4500) }
    }

    private func reserve(_ numbers: ClosedRange<Int>, for buyer: Buyer, now: Timestamp) throws -> Reservation {
        var seats = seats(numbers)
        return try Reservation.open(
            ReservationID(high: 3, low: UInt64(numbers.lowerBound)), for: buyer, from: nil, holding: &seats,
            as: .seats(seats.map(\.label)), in: schedule, now: now)
    }

    @Test func `seats can be reserved from the opening of the sale until it closes, exclusive`() throws {
        let (opens, closes) = (schedule.settings.saleOpensAt, schedule.settings.saleClosesAt)
        try schedule.checkSale(at: opens)
        try schedule.checkSale(at: closes - .milliseconds(1))
        let early = ConcertRefusal.because(.saleNotOpen, "the sale of this date opens at \(opens); try again then")
        #expect(throws: early) { try schedule.checkSale(at: opens - .milliseconds(1)) }
        let late = ConcertRefusal.because(
            .saleOver, "the sale of this date closed at \(closes), so its seats cannot be reserved")
        #expect(throws: late) { try schedule.checkSale(at: closes) }
    }

    @Test func `held and sold seats count together towards the limit of the date`() throws {
        var bought = try reserve(1...2, for: Buyer(.alice), now: .noon)
        bought.sell(to: PaymentID(high: 4, low: 1), now: .noon)
        let held = try reserve(3...3, for: Buyer(.alice, earlier: [bought]), now: .noon)
        let buyer = Buyer(.alice, earlier: [bought, held])
        _ = try reserve(4...4, for: buyer, now: .noon)
        #expect(throws: tooManySeats(claimed: 3, requested: 2)) {
            try reserve(4...5, for: buyer, now: .noon)
        }
        // A hold counts until its deadline, a sale permanently.
        _ = try reserve(4...5, for: buyer, now: held.deadline)
        #expect(throws: tooManySeats(claimed: 2, requested: 3)) {
            try reserve(4...6, for: buyer, now: held.deadline)
        }
    }

    private func tooManySeats(claimed: Int, requested: Int) -> ConcertRefusal {
        .because(
            .tooManySeats,
            "a user can have 4 seats of this date; you have \(claimed) and requested \(requested): "
                + "request fewer, or release some")
    }

    @Test func `settings change only from the version that was read`() throws {
        var schedule = schedule
        let (first, second) = (RequestID(high: 7, low: 1), RequestID(high: 7, low: 2))
        let isFirstNew = try schedule.configure(.tonight(seatsPerUser: 5), version: 1, by: first, now: .noon)
        let isSecondNew = try schedule.configure(.tonight(seatsPerUser: 5), version: 1, by: first, now: .noon)
        #expect(isFirstNew && !isSecondNew)
        #expect(throws: ConcertRefusal.requestIDReused) {
            try schedule.configure(.tonight(seatsPerUser: 6), version: 1, by: first, now: .noon)
        }
        let changed = ConcertRefusal.because(
            .scheduleChanged,
            "the date has changed and is at version 2 now: repeat the change with this version")
        #expect(throws: changed) {
            try schedule.configure(.tonight(seatsPerUser: 6), version: 1, by: second, now: .noon)
        }
        #expect(schedule.settings.seatsPerUser == 5 && schedule.version == 2)
    }
}

extension Schedule.Settings {
    static func tonight(seatsPerUser: Int = 4) throws -> Schedule.Settings {
        try Schedule.Settings(
            name: "tonight", startsAt: .noon + .hours(8), endsAt: .noon + .hours(10), saleOpensAt: .noon,
            saleClosesAt: .noon + .hours(2), cancelUntil: .noon + .hours(1), seatsPerUser: seatsPerUser)
    }
}
