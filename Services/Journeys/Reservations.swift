import ConcertAPI

/// Finds the caller's reservations.
package struct Reservations: Sendable {
    private let caller: ServiceCaller

    package init(_ caller: ServiceCaller) { self.caller = caller }

    /// The reservations for one concert, or for the newest concerts. The newest reservation comes first.
    package func all(of concert: String?) async throws -> [Reservation] {
        var all: [Reservation] = []
        for concert in try await Catalogue(caller).concerts(toQuery: concert) {
            let request = ListReservationsRequest(concertID: concert.concertID)
            all += try await caller.call(ConcertMethods.listReservations, request).reservations
        }
        return all.sorted { $0.reservedAt > $1.reservedAt }
    }

    /// The reservation whose id ends in `name`. Without a name, the latest one that is recorded.
    package func reservation(_ name: String?) async throws -> Reservation {
        guard let name else { return try await latest() }
        let suffix = IDSuffix(name)
        let found = try await all(of: nil).filter { suffix.matches($0.reservationID) }
        return try found.onlyOne(.reservation, name)
    }

    /// The first `limit` reservations of all users that match a request, and whose id ends in `code`.
    package func find(
        _ request: FindReservationsRequest, withCode code: String? = nil, upTo limit: Int
    ) async throws -> [Reservation] {
        var (request, found) = (request, [Reservation]())
        let suffix = code.map { IDSuffix($0) }
        request.pageSize = Self.pageSize
        while true {
            let page = try await caller.call(ConcertMethods.findReservations, request)
            found += page.reservations.filter { suffix?.matches($0.reservationID) ?? true }
            guard page.hasMore, found.count < limit, let last = page.lastReservationID else {
                return Array(found.prefix(limit))
            }
            request.after = last
        }
    }

    /// The most that the service returns at once.
    private static let pageSize: UInt32 = 500

    /// Skips reservations that were requested without an answer and were not made.
    private func latest() async throws -> Reservation {
        for recorded in try caller.records.load().reservations.reversed() {
            if let reservation = try await reservationIfMade(recorded) { return reservation }
        }
        throw JourneyError.noneOf(.reservation)
    }

    /// Nil if the request for it got no answer and the concert service does not have it.
    func reservationIfMade(_ recorded: RecentActivity.Reservation) async throws -> Reservation? {
        do {
            return try await reservation(recorded)
        } catch let failure as CallFailure where recorded.isOpen && failure.isBecause(ConcertReason.reservationUnknown)
        {
            return nil
        }
    }

    package func reservation(_ recorded: RecentActivity.Reservation) async throws -> Reservation {
        let request = ShowReservationRequest(concertID: recorded.concert, reservationID: recorded.reservation)
        return try await caller.call(ConcertMethods.showReservation, request).reservation
    }
}

extension RecentActivity.Reservation {
    package init(_ reservation: ConcertAPI.Reservation) {
        self.init(concert: reservation.concertID, reservation: reservation.reservationID)
    }
}

extension Array {
    /// The only match of a name. Throws if there are none or several.
    func onlyOne(_ kind: JourneyError.Kind, _ name: String) throws -> Element {
        if count == 1 { return self[0] }
        throw isEmpty ? JourneyError.unknown(kind, name) : .ambiguous(kind, name, count: count)
    }
}
