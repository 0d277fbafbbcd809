import ConcertDomain
import Kernel
import TestSupport
import Testing

@Suite struct ReservationTests {
    /// Plays a script of one reservation of one seat, made at noon for five minutes. Each line is: time, step, user,
    /// expected result.
    private func play(_ script: String) throws {
        var play = try Play()
        for line in script.split(separator: "\n") {
            let words = line.split(separator: " ").map(String.init)
            let result = try play.result(of: words[1], words[2], at: Timestamp(scripted: words[0]))
            #expect(result == words.dropFirst(3).joined(separator: " "), "\(line)")
        }
    }

    private struct Play {
        let schedule: Schedule
        var seat = Seat(SeatLabel(section: "", row: "", number: 7), grade: "A", price: 4500)
        var reservation: Reservation
        var tickets: [Ticket] = []

        init() throws {
            let concert = try Concert(
                ConcertID(high: 1, low: 1), name: "moon", title: "Moon", host: "Moons", currency: .eur,
                browseRoom: nil, now: .noon)
            schedule = Schedule(ScheduleID(high: 2, low: 1), of: concert, try .tonight())
            var seats = [seat]
            reservation = try Reservation.open(
                ReservationID(high: 3, low: 1), for: Buyer(.alice), from: nil, holding: &seats,
                as: .seats([seat.label]), in: schedule, now: .noon)
            seat = seats[0]
        }

        mutating func result(of step: String, _ user: String, at now: Timestamp) throws -> String {
            do throws(ConcertRefusal) {
                switch step {
                case "confirm":
                    let payer: UserID = user == "alice" ? .alice : .bob
                    let outcome = Decision.judge(reservation, paidBy: payer, reservation.amount, now: now)
                    if outcome == .confirmed {
                        reservation.sell(to: PaymentID(high: 4, low: 1), now: now)
                        seat.sell(to: reservation.id)
                        tickets = [
                            .issue(TicketID(high: 5, low: 1), for: seat, of: reservation, on: schedule, now: now)
                        ]
                    }
                    if outcome == .aborted(.expired) { reservation.expire(now: now) }
                    return "\(outcome)"
                case "release": return try reservation.release(now: now) ? "done" : "nothing"
                case "cancel":
                    let isNew = try reservation.cancel(
                        &tickets, by: user == "alice" ? .user : .operator, refund: RefundID(high: 6, low: 1),
                        reason: "", until: schedule.settings.cancelUntil, now: now)
                    return isNew ? "done" : "nothing"
                case "use":
                    guard !tickets.isEmpty else { return "noTicket" }
                    return try tickets[0].use(by: RequestID(high: 7, low: UInt64(user.utf8.count)), at: nil, now: now)
                        ? "done" : "nothing"
                default: return "\(reservation.state(at: now))"
                }
            } catch {
                switch error {
                case .notSold(let state): return "notSold(\(state))"
                case .ticketOfReservationUsed: return "ticketUsed"
                case .ticketUsed, .ticketCancelled, .cancelDeadlinePassed: return Self.name(of: error)
                default: return "\(error)"
                }
            }
        }

        private static func name(of refusal: ConcertRefusal) -> String {
            String("\(refusal)".prefix { $0 != "(" })
        }
    }

    @Test func `a reservation can be bought until its deadline, exclusive`() throws {
        try play(
            """
            00:00.001 show alice held
            04:59.999 confirm alice confirmed
            05:00.000 show alice sold
            05:00.001 confirm alice aborted(ConcertDomain.Decision.Reason.alreadySold)
            05:00.002 release alice alreadySold
            """)
        try play(
            """
            05:00.000 show alice expired
            05:00.000 confirm alice aborted(ConcertDomain.Decision.Reason.expired)
            05:00.001 confirm alice aborted(ConcertDomain.Decision.Reason.gone)
            05:00.002 release alice nothing
            """)
    }

    @Test func `a payment of another user does not change the reservation`() throws {
        try play(
            """
            00:01.000 confirm bob aborted(ConcertDomain.Decision.Reason.mismatch)
            00:02.000 confirm alice confirmed
            """)
    }

    @Test func `a released reservation stays released`() throws {
        try play(
            """
            00:01.000 release alice done
            00:02.000 release alice nothing
            00:03.000 confirm alice aborted(ConcertDomain.Decision.Reason.gone)
            00:04.000 cancel alice notSold(released)
            06:00.000 show alice released
            """)
    }

    @Test func `a sale is cancelled as a whole, by users until the cancel deadline`() throws {
        try play(
            """
            00:01.000 cancel alice notSold(held)
            00:02.000 confirm alice confirmed
            59:59.999 cancel alice done
            60:00.000 cancel alice nothing
            60:00.000 show alice returned
            60:00.001 use gate ticketCancelled
            """)
        try play(
            """
            00:02.000 confirm alice confirmed
            60:00.000 cancel alice cancelDeadlinePassed
            60:00.001 cancel admin done
            """)
    }

    @Test func `a sale with a used ticket cannot be cancelled`() throws {
        try play(
            """
            00:00.000 use gate noTicket
            00:02.000 confirm alice confirmed
            10:00.000 use gate done
            10:00.001 use gate nothing
            10:00.002 use second ticketUsed
            11:00.000 cancel alice ticketUsed
            11:00.000 cancel admin ticketUsed
            """)
    }

    @Test func `a payment of another amount or currency is aborted`() throws {
        let play = try Play()
        let amount = play.reservation.amount
        for other in [Money(minorUnits: amount.minorUnits - 1, .eur), Money(minorUnits: amount.minorUnits, .usd)] {
            let outcome = Decision.judge(play.reservation, paidBy: .alice, other, now: .noon)
            #expect(outcome == .aborted(.mismatch))
        }
    }

    @Test func `a payment for an unknown reservation is aborted`() {
        let outcome = Decision.judge(nil, paidBy: .alice, Money(minorUnits: 1, .eur), now: .noon)
        #expect(outcome == .aborted(.gone))
    }
}

extension Schedule.Settings {
    static func tonight(seatsPerUser: Int = 4) throws -> Schedule.Settings {
        try Schedule.Settings(
            name: "tonight", startsAt: .noon + .hours(8), endsAt: .noon + .hours(10), saleOpensAt: .noon,
            saleClosesAt: .noon + .hours(2), cancelUntil: .noon + .hours(1), seatsPerUser: seatsPerUser)
    }
}
