import Kernel

/// What one user has done last, so that nobody types an id: places, reservations, payments; the newest last.
struct Memory: Equatable {
    /// Of each kind; older ones are forgotten, but never a payment whose outcome is not known.
    static let mostOfAKind = 50
    /// More payments without an outcome than this are not begun.
    static let mostOpenPayments = 200

    struct Place: Equatable {
        let room: RoomID
        let place: PlaceID
        /// What was joined, as it is typed: `moon-tour/friday`.
        let target: String
    }

    struct Reservation: Equatable {
        let concert: ConcertID
        let reservation: ReservationID
        /// Whether it was asked for, and no answer has come: there may be no such reservation.
        var isOpen = false
    }

    struct Payment: Equatable {
        let concert: ConcertID
        let reservation: ReservationID
        let payment: PaymentID
        /// Whether its outcome is not known yet.
        var isOpen: Bool
    }

    private(set) var places: [Place] = []
    private(set) var reservations: [Reservation] = []
    private(set) var payments: [Payment] = []

    mutating func remember(_ place: Place) {
        places.removeAll { $0.room == place.room }
        places.append(place)
        places.removeFirst(max(0, places.count - Self.mostOfAKind))
    }

    mutating func forgetPlace(in room: RoomID) {
        places.removeAll { $0.room == room }
    }

    /// What a target may mean: the place that was joined by this very name; else those of the concert, unless both name a
    /// date. Of each name the latest.
    func places(for target: Target) -> [Place] {
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

    mutating func remember(_ reservation: Reservation) {
        reservations.removeAll { $0.reservation == reservation.reservation }
        reservations.append(reservation)
        reservations.removeFirst(max(0, reservations.count - Self.mostOfAKind))
    }

    mutating func forgetReservation(_ id: ReservationID) {
        reservations.removeAll { $0.reservation == id }
    }

    /// The payment for a reservation: the one that was begun, or else a new one named `id`.
    mutating func payment(
        for reservation: Reservation, orBegin id: PaymentID
    ) throws(GatewayError) -> PaymentID {
        if let begun = payments.last(where: { $0.reservation == reservation.reservation }) { return begun.payment }
        guard payments.count(where: \.isOpen) < Self.mostOpenPayments else {
            throw .refused("\(Self.mostOpenPayments) payments are not decided yet: see gateway payments")
        }
        payments.append(
            Payment(concert: reservation.concert, reservation: reservation.reservation, payment: id, isOpen: true))
        while payments.count > Self.mostOfAKind, let oldest = payments.firstIndex(where: { !$0.isOpen }) {
            payments.remove(at: oldest)
        }
        return id
    }

    /// It was paid.
    mutating func settle(_ id: PaymentID) {
        for index in payments.indices where payments[index].payment == id { payments[index].isOpen = false }
    }

    /// It was not paid and never will be: the next try is another payment.
    mutating func forgetPayment(_ id: PaymentID) {
        payments.removeAll { $0.payment == id }
    }
}

extension Memory {
    /// Lines that cannot be read are left out: another version of the gateway wrote them.
    init(_ text: String) {
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

    var text: String {
        let lines =
            places.map { "place \($0.room) \($0.place) \($0.target)" }
            + reservations.map { "reservation \($0.concert) \($0.reservation)\($0.isOpen ? " open" : "")" }
            + payments.map { "payment \($0.concert) \($0.reservation) \($0.payment) \($0.isOpen ? "open" : "done")" }
        return lines.map { $0 + "\n" }.joined()
    }
}
