import Journeys
import Kernel
import Testing

struct RecentActivityTests {
    private let concert = ConcertID(high: 1, low: 1)

    private func reservation(_ number: UInt64) -> RecentActivity.Reservation {
        RecentActivity.Reservation(concert: concert, reservation: ReservationID(high: 2, low: number))
    }

    private func payment(_ number: UInt64) -> PaymentID { PaymentID(high: 3, low: number) }

    @Test func `a reservation has one payment until the payment is known to have failed`() throws {
        var activity = RecentActivity()
        #expect(try activity.payment(for: reservation(1), orBegin: payment(1)) == payment(1))
        activity = RecentActivity(activity.text)
        #expect(try activity.payment(for: reservation(1), orBegin: payment(2)) == payment(1))
        activity.settle(payment(1))
        #expect(try activity.payment(for: reservation(1), orBegin: payment(3)) == payment(1))
        #expect(try activity.payment(for: reservation(2), orBegin: payment(4)) == payment(4))
        activity.removePayment(payment(4))
        #expect(try activity.payment(for: reservation(2), orBegin: payment(5)) == payment(5))
    }

    @Test(arguments: [
        ("moon-tour/friday", ["moon-tour/friday"]), ("moon-tour/saturday", []), ("moon-tour", ["moon-tour/friday"]),
        ("sun-tour/friday", ["sun-tour"]), ("sun-tour", ["sun-tour"]),
        ("sea-tour", ["sea-tour/sunday", "sea-tour/monday"]),
        ("sea-tour/sunday", ["sea-tour/sunday"]), ("room:sale", ["room:sale"]), ("room:other", []),
    ])
    func `a target matches a place of its concert unless both name a date`(name: String, matches: [String]) throws {
        var activity = RecentActivity()
        let targets = ["sea-tour/monday", "moon-tour/friday", "sun-tour", "sea-tour/sunday", "room:sale"]
        for (number, target) in targets.enumerated() {
            let room = RoomID(high: 5, low: UInt64(number))
            activity.add(.init(room: room, place: PlaceID(high: 6, low: 1), target: target))
        }
        #expect(activity.places(for: try #require(Target(name))).map(\.target) == matches)
    }

    @Test func `a reservation request without an answer stays recorded as open`() {
        var activity = RecentActivity()
        activity.add(reservation(1))
        activity.add(.init(concert: concert, reservation: reservation(2).reservation, isOpen: true))
        activity = RecentActivity(activity.text)
        #expect(activity.reservations.map(\.isOpen) == [false, true])
        activity.add(reservation(2))
        #expect(activity.reservations == [reservation(1), reservation(2)])
        activity.removeReservation(reservation(2).reservation)
        #expect(activity.reservations == [reservation(1)])
    }

    @Test func `old records are dropped, except payments without an outcome`() throws {
        var activity = RecentActivity()
        _ = try activity.payment(for: reservation(0), orBegin: payment(0))
        for number in 1...UInt64(RecentActivity.maximumPerKind + 9) {
            activity.add(reservation(number))
            activity.add(
                .init(room: RoomID(high: 5, low: number), place: PlaceID(high: 6, low: 1), target: "moon-tour"))
            _ = try activity.payment(for: reservation(number), orBegin: payment(number))
            activity.settle(payment(number))
        }
        #expect(activity.places.count == RecentActivity.maximumPerKind)
        #expect(activity.reservations.count == RecentActivity.maximumPerKind)
        #expect(activity.payments.count == RecentActivity.maximumPerKind)
        #expect(activity.payments.first?.payment == payment(0))
        #expect(RecentActivity(activity.text) == activity)
    }

    @Test func `the number of payments without an outcome is limited`() throws {
        var activity = RecentActivity()
        for number in 1...UInt64(RecentActivity.maximumOpenPayments) {
            _ = try activity.payment(for: reservation(number), orBegin: payment(number))
        }
        #expect(throws: JourneyError.self) { try activity.payment(for: reservation(0), orBegin: payment(0)) }
    }

    @Test func `the end of an id is enough from four digits on`() {
        let id = RequestID(high: 0x0193_e5a0_0000_7000, low: 0x8000_0000_3f2a_9c01)
        for typed in ["9c01", "3F2A9C01", "0000-3f2a9c01"] { #expect(IDSuffix(typed).matches(id), "\(typed)") }
        for typed in ["", "c01", "9c02", "3f2a", "09c01"] { #expect(!IDSuffix(typed).matches(id), "\(typed)") }
        #expect(IDSuffix.text(of: id) == "3f2a9c01")
    }
}
