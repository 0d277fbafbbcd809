import Kernel

/// The latest places, reservations and payments of a user, so that the user needs no ids. The newest are last.
package struct RecentActivity: Equatable, Sendable {
    /// Older ones are dropped, except payments whose outcome is not known.
    package static let maximumPerKind = 50
    /// Limits the payments whose outcome is not known.
    package static let maximumOpenPayments = 200

    package struct Place: Equatable, Sendable {
        package let room: RoomID
        package let place: PlaceID
        /// The joined date, concert or room, as on the command line: `moon-tour/friday`.
        package let target: String

        package init(room: RoomID, place: PlaceID, target: String) {
            self.room = room
            self.place = place
            self.target = target
        }
    }

    package struct Reservation: Equatable, Sendable {
        package let concert: ConcertID
        package let reservation: ReservationID
        /// True until the request for it is answered. There may be no such reservation.
        package var isOpen: Bool

        package init(concert: ConcertID, reservation: ReservationID, isOpen: Bool = false) {
            self.concert = concert
            self.reservation = reservation
            self.isOpen = isOpen
        }
    }

    package struct Payment: Equatable, Sendable {
        package let concert: ConcertID
        package let reservation: ReservationID
        package let payment: PaymentID
        /// True until its outcome is known.
        package var isOpen: Bool
    }

    package private(set) var places: [Place] = []
    package private(set) var reservations: [Reservation] = []
    package private(set) var payments: [Payment] = []

    package init() {}

    package mutating func add(_ place: Place) {
        places.removeAll { $0.room == place.room }
        places.append(place)
        places.removeFirst(max(0, places.count - Self.maximumPerKind))
    }

    package mutating func removePlace(in room: RoomID) {
        places.removeAll { $0.room == room }
    }

    /// The places that a target may mean, the latest of each name.
    ///
    /// A place joined under exactly this name is the only match. Otherwise the places of the same concert match, unless
    /// both names include a date.
    package func places(for target: Target) -> [Place] {
        if let exact = places.last(where: { $0.target == target.text }) { return [exact] }
        var found: [Place] = []
        for place in places.reversed() {
            guard let other = Target(place.target), other.concert == target.concert,
                other.date == nil || target.date == nil, !found.contains(where: { $0.target == place.target })
            else { continue }
            found.append(place)
        }
        return found
    }

    package mutating func add(_ reservation: Reservation) {
        reservations.removeAll { $0.reservation == reservation.reservation }
        reservations.append(reservation)
        reservations.removeFirst(max(0, reservations.count - Self.maximumPerKind))
    }

    package mutating func removeReservation(_ id: ReservationID) {
        reservations.removeAll { $0.reservation == id }
    }

    /// The payment recorded for a reservation. If there is none, records and returns `id`.
    package mutating func payment(for reservation: Reservation, orBegin id: PaymentID) throws -> PaymentID {
        if let begun = payments.last(where: { $0.reservation == reservation.reservation }) { return begun.payment }
        guard payments.count(where: \.isOpen) < Self.maximumOpenPayments else {
            throw JourneyError.tooManyOpenPayments(limit: Self.maximumOpenPayments)
        }
        payments.append(
            Payment(concert: reservation.concert, reservation: reservation.reservation, payment: id, isOpen: true))
        while payments.count > Self.maximumPerKind, let oldest = payments.firstIndex(where: { !$0.isOpen }) {
            payments.remove(at: oldest)
        }
        return id
    }

    /// Records that the payment is PAID.
    package mutating func settle(_ id: PaymentID) {
        for index in payments.indices where payments[index].payment == id { payments[index].isOpen = false }
    }

    /// Removes a payment that is NOT_PAID, so that the next attempt is a new payment.
    package mutating func removePayment(_ id: PaymentID) {
        payments.removeAll { $0.payment == id }
    }
}

extension RecentActivity {
    /// Parses the stored text. Skips unknown lines, because another version may have written them.
    package init(_ text: String) {
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ").map(String.init)
            func id<Entity>(_ index: Int) -> ID<Entity>? { words.indices.contains(index) ? ID(words[index]) : nil }
            switch words.first {
            case "place":
                guard let room: RoomID = id(1), let place: PlaceID = id(2) else { continue }
                places.append(Place(room: room, place: place, target: words.count > 3 ? words[3] : ""))
            case "reservation":
                guard let concert: ConcertID = id(1), let reservation: ReservationID = id(2) else { continue }
                reservations.append(
                    Reservation(concert: concert, reservation: reservation, isOpen: words.last == "open"))
            case "payment":
                guard let concert: ConcertID = id(1), let reservation: ReservationID = id(2),
                    let payment: PaymentID = id(3)
                else { continue }
                payments.append(
                    Payment(
                        concert: concert, reservation: reservation, payment: payment, isOpen: words.last == "open"))
            default: continue
            }
        }
    }

    /// The text to store.
    package var text: String {
        let lines =
            places.map { "place \($0.room) \($0.place) \($0.target)" }
            + reservations.map { "reservation \($0.concert) \($0.reservation)\($0.isOpen ? " open" : "")" }
            + payments.map { "payment \($0.concert) \($0.reservation) \($0.payment) \($0.isOpen ? "open" : "done")" }
        return lines.map { $0 + "\n" }.joined()
    }
}
