import ConcertDomain
import Kernel
import TestSupport
import Testing

/// The rules of return policies, and what a return refunds.
@Suite struct ReturnTests {
    private static let start = Timestamp.noon + .days(60)

    private static func policy(_ steps: (days: Int, percent: Int)...) throws -> ReturnPolicy {
        try ReturnPolicy(steps.map { .init(daysBeforeStart: $0.days, keptPercent: $0.percent) })
    }

    private static func terms(
        _ steps: (days: Int, percent: Int)..., until: Timestamp? = start
    ) throws -> ReturnTerms {
        ReturnTerms(
            try ReturnPolicy(steps.map { .init(daysBeforeStart: $0.days, keptPercent: $0.percent) }),
            startsAt: start, until: until)
    }

    /// A sold reservation with a ticket of each price.
    private static func sold(_ prices: [Int64], under terms: ReturnTerms?) -> (Reservation, [Ticket]) {
        let concert = ConcertID(high: 1, low: 1)
        let labels = prices.indices.map { SeatLabel(stored: "\($0 + 1)") }
        var reservation = Reservation(
            stored: ReservationID(high: 3, low: 1), concert: concert, schedule: ScheduleID(high: 2, low: 1),
            user: .alice, seats: labels, bestOf: nil, amount: Money(minorUnits: prices.reduce(0, +), .eur), place: nil,
            reservedAt: .noon, deadline: .noon + .minutes(5))
        reservation.sell(to: PaymentID(high: 4, low: 1), now: .noon)
        let tickets = zip(labels, prices).map { label, price in
            Ticket(
                stored: TicketID(high: 5, low: UInt64(price)), concert: concert, schedule: reservation.schedule,
                reservation: reservation.id, user: .alice, seat: label, grade: "A",
                price: Money(minorUnits: price, .eur), startsAt: start, endsAt: start + .hours(2), issuedAt: .noon,
                terms: terms)
        }
        return (reservation, tickets)
    }

    /// The date with a policy.
    private static func date(
        _ steps: (days: Int, percent: Int)..., until: Timestamp? = start, at start: Timestamp = start
    ) throws -> Schedule {
        let settings = try Schedule.Settings(
            name: "friday", startsAt: start, endsAt: start + .hours(2), saleOpensAt: .noon - .days(1),
            saleClosesAt: start, cancelUntil: until)
        let policy = try ReturnPolicy(steps.map { .init(daysBeforeStart: $0.days, keptPercent: $0.percent) })
        return Schedule(
            stored: ScheduleID(high: 2, low: 1), concert: ConcertID(high: 1, low: 1), currency: .eur,
            addedAs: Fingerprint(stored: 0), settings: settings, returnPolicy: policy, version: 1,
            changedBy: RequestID(high: 7, low: 1), layoutVersion: 0, addedAt: .noon, changedAt: .noon)
    }

    /// What a return of all tickets by their user refunds and keeps.
    private static func amounts(
        _ prices: [Int64], under terms: ReturnTerms?, present: Schedule, at now: Timestamp
    ) throws -> [Int64] {
        var (reservation, tickets) = sold(prices, under: terms)
        let request = ReturnRequest(RefundID(high: 6, low: 1), by: .user, of: nil)
        let refund = try reservation.giveBack(request, of: &tickets, on: present, now: now)
        return [refund.amount.minorUnits, refund.kept.minorUnits]
    }

    @Test func `a step applies from its moment to the next one, and nothing is kept before the first`() throws {
        let terms = try Self.terms((7, 50), (30, 10))
        let times = [30, 7].flatMap { [Self.start - .days($0) - .milliseconds(1), Self.start - .days($0)] }
        #expect(times.map { terms.keptPercent(at: $0) } == [0, 10, 10, 50])
        #expect(terms.keptPercent(at: Self.start - .milliseconds(1)) == 50)
        #expect(terms.keptPercent(at: Self.start) == nil)
        #expect(try Self.terms(until: nil).keptPercent(at: .noon) == nil)
    }

    @Test func `a policy that keeps less nearer to the start is refused`() throws {
        let refusal = ConcertRefusal.invalid(
            "steps",
            "must not keep less nearer to the start; got 50 % from 30 days before it and 49 % from 7 days before it")
        #expect(throws: refusal) { try Self.policy((7, 49), (30, 50)) }
        #expect(try Self.policy((7, 50), (30, 50)).steps.map(\.daysBeforeStart) == [30, 7])
    }

    @Test func `a policy names each day once, and has at most five steps`() throws {
        #expect(throws: ConcertRefusal.invalid("steps", "must name each day once; got 7 twice")) {
            try Self.policy((7, 10), (7, 20))
        }
        let steps = (1...6).map { ReturnPolicy.Step(daysBeforeStart: $0, keptPercent: 10) }
        #expect(throws: ConcertRefusal.invalid("steps", "must have at most 5 steps; got 6")) {
            try ReturnPolicy(steps)
        }
        #expect(try ReturnPolicy(Array(steps.dropLast())).steps.count == 5)
    }

    @Test func `the part that is kept is rounded down, for each ticket`() throws {
        let terms = try Self.terms((60, 33))
        #expect(
            try Self.amounts([101, 101], under: terms, present: try Self.date(until: nil), at: .noon) == [136, 66])
        #expect(try Self.amounts([2], under: terms, present: try Self.date(until: nil), at: .noon) == [2, 0])
    }

    @Test func `the policy of the sale and a later one count as is better for the user`() throws {
        let (cheap, dear) = (try Self.terms((60, 10)), try Self.terms((60, 90)))
        let (cheapDate, dearDate) = (try Self.date((60, 10)), try Self.date((60, 90)))
        #expect(try Self.amounts([100], under: cheap, present: dearDate, at: .noon) == [90, 10])
        #expect(try Self.amounts([100], under: dear, present: cheapDate, at: .noon) == [90, 10])
        let (closed, closedDate) = (try Self.terms(until: nil), try Self.date(until: nil))
        #expect(try Self.amounts([100], under: closed, present: dearDate, at: .noon) == [10, 90])
        #expect(try Self.amounts([100], under: dear, present: closedDate, at: .noon) == [10, 90])
        #expect(throws: ConcertRefusal.because(.notCancellable)) {
            try Self.amounts([100], under: nil, present: closedDate, at: .noon)
        }
    }

    @Test func `no policy allows a return after the present start of the date`() throws {
        let began = try Self.date(until: Self.start + .days(1), at: .noon)
        let sentence =
            "the date began at \(Timestamp.noon), so users can no longer return its tickets; operators still can"
        #expect(throws: ConcertRefusal.because(.cancelDeadlinePassed, sentence)) {
            try Self.amounts([100], under: try Self.terms(), present: began, at: .noon)
        }
        #expect(
            try Self.amounts([100], under: try Self.terms(), present: began, at: .noon - .milliseconds(1)) == [100, 0])
    }
}
