import Kernel

/// The latest places, reservations and payments of a user, so that commands need no ids. The newest come last.
struct RecentActivity: Equatable {
    /// Older ones are dropped, except payments whose outcome is not known.
    static let maximumPerKind = 50
    /// Limits the payments whose outcome is not known.
    static let maximumOpenPayments = 200

    struct Place: Equatable {
        let room: RoomID
        let place: PlaceID
        /// The joined date, concert or room, as on the command line: `moon-tour/friday`.
        let target: String
    }

    struct Reservation: Equatable {
        let concert: ConcertID
        let reservation: ReservationID
        /// True until the request for it is answered. There may be no such reservation.
        var isOpen = false
    }

    struct Payment: Equatable {
        let concert: ConcertID
        let reservation: ReservationID
        let payment: PaymentID
        /// True until its outcome is known.
        var isOpen: Bool
    }

    private(set) var places: [Place] = []
    private(set) var reservations: [Reservation] = []
    private(set) var payments: [Payment] = []

    mutating func add(_ place: Place) {
        places.removeAll { $0.room == place.room }
        places.append(place)
        places.removeFirst(max(0, places.count - Self.maximumPerKind))
    }

    mutating func removePlace(in room: RoomID) {
        places.removeAll { $0.room == room }
    }

    /// The places that a target may mean, the latest of each name.
    ///
    /// A place joined under exactly this name is the only match. Otherwise the places of the same concert match, unless
    /// both names include a date.
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

    mutating func add(_ reservation: Reservation) {
        reservations.removeAll { $0.reservation == reservation.reservation }
        reservations.append(reservation)
        reservations.removeFirst(max(0, reservations.count - Self.maximumPerKind))
    }

    mutating func removeReservation(_ id: ReservationID) {
        reservations.removeAll { $0.reservation == id }
    }

    /// The payment recorded for a reservation. If there is none, records and returns `id`.
    mutating func payment(
        for reservation: Reservation, orBegin id: PaymentID
    ) throws(GatewayError) -> PaymentID {
        if let begun = payments.last(where: { $0.reservation == reservation.reservation }) { return begun.payment }
        guard payments.count(where: \.isOpen) < Self.maximumOpenPayments else {
            throw .refused(
                "\(Self.maximumOpenPayments) payments have no outcome yet, which is the limit. See: gateway payments"
            )
        }
        payments.append(
            Payment(concert: reservation.concert, reservation: reservation.reservation, payment: id, isOpen: true))
        while payments.count > Self.maximumPerKind, let oldest = payments.firstIndex(where: { !$0.isOpen }) {
            payments.remove(at: oldest)
        }
        return id
    }

    /// Records that the payment is PAID.
    mutating func settle(_ id: PaymentID) {
        for index in payments.indices where payments[index].payment == id { payments[index].isOpen = false }
    }

    /// Removes a payment that is NOT_PAID, so that the next attempt is a new payment.
    mutating func removePayment(_ id: PaymentID) {
        payments.removeAll { $0.payment == id }
    }
}

extension RecentActivity {
    /// Parses the text of the file. Skips unknown lines, because another version of the gateway may write them.
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

    /// The text of the file.
    var text: String {
        let lines =
            places.map { "place \($0.room) \($0.place) \($0.target)" }
            + reservations.map { "reservation \($0.concert) \($0.reservation)\($0.isOpen ? " open" : "")" }
            + payments.map { "payment \($0.concert) \($0.reservation) \($0.payment) \($0.isOpen ? "open" : "done")" }
        return lines.map { $0 + "\n" }.joined()
    }
}

extension Invocation {
    private func activityFile() throws(GatewayError) -> String { "memory-\(try user())" }

    /// The recent activity of the signed-in user.
    func activity() throws(GatewayError) -> RecentActivity {
        RecentActivity(try configuration.read(try activityFile()) ?? "")
    }

    /// Changes the recent activity. The change is on the disk after this returns.
    func updateActivity<Value>(
        _ change: (inout RecentActivity) throws(GatewayError) -> Value
    ) throws(GatewayError) -> Value {
        var value: Value?
        try configuration.update(try activityFile()) { text throws(GatewayError) in
            var activity = RecentActivity(text)
            value = try change(&activity)
            text = activity.text
        }
        guard let value else { preconditionFailure("update returned without a call of its closure") }
        return value
    }
}
