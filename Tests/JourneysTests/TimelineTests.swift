import ConcertAPI
import Journeys
import Kernel
import QueueAPI
import TestSupport
import Testing
import WalletAPI

struct TimelineTests {
    private func minute(_ number: Int) -> Timestamp { .noon + .minutes(number) }

    private func steps(_ timeline: Timeline) -> [String] { timeline.events.map { "\($0.step)" } }

    @Test func `the steps of all services are in the order of their times`() {
        var reservation = Reservation(id: .numbered(1), state: .returned, seats: ["A-1-1"])
        (reservation.soldAt, reservation.endedAt) = (minute(3), minute(8))
        var payment = Payment(outcome: .paid, isRefunded: true)
        (payment.begunAt, payment.decidedAt) = (minute(2), minute(3))
        let refund = Entry(kind: .refund, amount: 4500, currency: "EUR", at: minute(9))
        var ticket = Ticket(state: .cancelled, seat: "A-1-1")
        (ticket.issuedAt, ticket.cancelledAt) = (minute(3), minute(8))
        let place = [
            Timeline.Event(at: minute(-1), step: .joined), Timeline.Event(at: minute(4), step: .placeEnded(.finished)),
        ]
        let timeline = Timeline(reservation, place: place, payments: [payment], tickets: [ticket], refunds: [refund])
        #expect(timeline.events.last?.amount == 4500)
        #expect(
            steps(timeline) == [
                "joined", "held", "paymentBegun", "sold", "paid", "ticketIssued",
                "placeEnded(QueueAPI.PlaceState.finished)",
                "returned", "ticketCancelled", "refunded",
            ])
    }

    @Test func `tickets that were issued together are in the order of the seats`() {
        let reservation = Reservation(id: .numbered(1), state: .sold, seats: ["A-1-2", "A-1-10"])
        let tickets = ["A-1-10", "A-1-2"].map { Ticket(state: .valid, seat: $0) }
        let timeline = Timeline(reservation, place: [], payments: [], tickets: tickets)
        #expect(timeline.events.map(\.seat).filter { !$0.isEmpty } == ["A-1-2", "A-1-10"])
    }

    @Test func `an undone check-in shows the first use, the undo with its reason, and the next use`() {
        var reservation = Reservation(id: .numbered(1), state: .sold, seats: ["A-1-1"])
        reservation.soldAt = minute(1)
        var ticket = Ticket(state: .used, seat: "A-1-1")
        ticket.issuedAt = minute(1)
        (ticket.firstUsedAt, ticket.undoneAt, ticket.undoReason, ticket.usedAt) = (
            minute(2), minute(3), "wrong entrance", minute(4)
        )
        (ticket.movedAt, ticket.moveReason) = (minute(5), "storm")
        let timeline = Timeline(reservation, place: [], payments: [], tickets: [ticket])
        #expect(
            steps(timeline) == [
                "held", "sold", "ticketIssued", "checkedIn", "checkInUndone", "checkedIn", "dateMoved",
            ])
        #expect(timeline.events.map(\.reason).filter { !$0.isEmpty } == ["wrong entrance", "storm"])
        ticket.cancelledAt = minute(5)
        #expect(steps(Timeline(reservation, place: [], payments: [], tickets: [ticket])).last == "dateMoved")
        ticket.cancelledAt = minute(4)
        #expect(steps(Timeline(reservation, place: [], payments: [], tickets: [ticket])).last == "ticketCancelled")
        (ticket.cancelledAt, ticket.movedAt) = (nil, nil)
        ticket.usedAt = ticket.firstUsedAt
        ticket.undoneAt = nil
        let usual = Timeline(reservation, place: [], payments: [], tickets: [ticket])
        #expect(steps(usual).count { $0 == "checkedIn" } == 1)
    }

    @Test func `a payment that failed is a step, and so is the end of its hold`() {
        var reservation = Reservation(id: .numbered(1), state: .expired, seats: ["A-1-1"])
        reservation.endedAt = reservation.deadline
        var payment = Payment(outcome: .notPaid, reason: .insufficient)
        (payment.begunAt, payment.decidedAt) = (minute(1), minute(1))
        let timeline = Timeline(reservation, place: [], payments: [payment], tickets: [])
        #expect(
            steps(timeline) == ["held", "paymentBegun", "notPaid(WalletAPI.NotPaidReason.insufficient)", "expired"])
    }

    @Test func `a hold and a sale that end with their date have the reason of its cancellation`() {
        for (state, sold) in [(ReservationState.released, nil), (.returned, minute(1))] {
            var reservation = Reservation(id: .numbered(1), state: state, seats: ["A-1-1"])
            (reservation.dateCancelled, reservation.returnReason) = (true, "fog")
            (reservation.soldAt, reservation.endedAt) = (sold, minute(2))
            let end = Timeline(reservation, place: [], payments: [], tickets: []).events.last
            #expect(end == Timeline.Event(at: minute(2), step: .dateCancelled, reason: "fog"))
        }
    }
}
