import ConcertAPI
import Kernel
import QueueAPI
import RPC
import WalletAPI

/// Reads the timeline of a reservation: a buyer that of an own one, an operator that of any.
package struct TimelineReader: Sendable {
    private static let maximumPayments = 500
    /// Entries of a currency in which refunds are searched.
    private static let maximumEntries = 500

    private let caller: ServiceCaller

    package init(_ caller: ServiceCaller) { self.caller = caller }

    /// The timeline of the caller's reservation, ticket or payment with this code.
    package func own(_ code: String) async throws -> Timeline {
        let suffix = IDSuffix(code)
        let reservations = try await Reservations(caller).all(of: nil)
        if let found = reservations.filter({ suffix.matches($0.reservationID) }).only { return try await read(found) }
        let tickets = try await Tickets(caller).all(of: nil).map(\.ticket)
        let payments = try await Payments(caller).newest(Self.maximumPayments)
        let ids =
            tickets.filter { suffix.matches($0.ticketID) || $0.seat == code }.map(\.reservationID)
            + payments.filter { suffix.matches($0.paymentID) }.compactMap(\.reservationID)
        let found = try reservations.filter { Set(ids).contains($0.reservationID) }.onlyOne(.reservation, code)
        return try await read(found)
    }

    /// The timeline of any reservation, for operators.
    package func any(_ reservation: Reservation) async throws -> Timeline {
        var timeline = try await read(reservation)
        let log = caller
        let cancelled = reservation.dateCancelled ? try await cancellation(of: reservation) : nil
        try await timeline.setActors { event in
            guard event.step.isByOperator else { return nil }
            // Its reservations end some time after the call.
            let at = event.step == .dateCancelled ? cancelled ?? event.at : event.at
            let request = ListActionsRequest(
                method: event.step.method?.name ?? "", since: at, until: at + .milliseconds(1))
            do {
                let page = try await log.call(ActionsMethods.listActions, request, at: .concert)
                return page.actions.count == 1 ? page.actions[0].userID : nil
            } catch let failure as CallFailure where failure.outcome == .notAllowed {
                return nil
            }
        }
        return timeline
    }

    /// The time at which an operator cancelled the date of a reservation.
    private func cancellation(of reservation: Reservation) async throws -> Timestamp? {
        let request = ListSchedulesRequest(concertID: reservation.concertID)
        return try await caller.call(ConcertMethods.listSchedules, request).schedules.first {
            $0.scheduleID == reservation.scheduleID
        }?.cancelledAt
    }

    private func read(_ reservation: Reservation) async throws -> Timeline {
        let payer =
            caller.isOperator
            ? try await People(caller).users([reservation.userID].compactMap { $0 }).first?.value : nil
        let payments = try await payments(of: reservation, by: payer?.name)
        return Timeline(
            reservation, place: try await place(of: reservation), payments: payments,
            tickets: try await tickets(of: reservation), refunds: try await refunds(of: payments, to: payer?.name))
    }

    /// The refunds that the wallet has paid. Older ones than the newest entries are not found.
    private func refunds(of payments: [Payment], to payer: String?) async throws -> [Entry] {
        guard let currency = payments.first(where: { $0.refunded > 0 })?.currency else { return [] }
        let ids = payments.map(\.paymentID)
        return try await Wallet(caller, of: payer).entries(currency, limit: Self.maximumEntries).filter { entry in
            entry.kind == .refund && entry.paymentID.map(ids.contains) ?? false
        }
    }

    private func tickets(of reservation: Reservation) async throws -> [Ticket] {
        guard reservation.soldAt != nil else { return [] }
        let concert = reservation.concertID
        let all =
            caller.isOperator
            ? try await caller.call(
                ConcertMethods.findTickets,
                FindTicketsRequest(concertID: concert, reservationID: reservation.reservationID)
            ).tickets
            : try await caller.call(ConcertMethods.listTickets, ListTicketsRequest(concertID: concert)).tickets
        return all.filter { $0.reservationID == reservation.reservationID }
    }

    /// All payments for the reservation, also those that failed. Oldest first. None if an operator cannot learn the payer.
    private func payments(of reservation: Reservation, by payer: String?) async throws -> [Payment] {
        let payments = Payments(caller)
        let newest =
            if let payer {
                try await payments.newest(Self.maximumPayments, of: payer)
            } else {
                caller.isOperator ? [] : try await payments.newest(Self.maximumPayments)
            }
        return newest.filter { $0.reservationID == reservation.reservationID }.reversed()
    }

    private func place(of reservation: Reservation) async throws -> [Timeline.Event] {
        guard let room = reservation.roomID, let place = reservation.placeID else { return [] }
        do {
            if caller.isOperator {
                let request = ShowHistoryRequest(roomID: room, placeID: place)
                return Self.events(of: try await caller.call(QueueMethods.showHistory, request).events)
            }
            let request = ShowPlaceRequest(roomID: room, placeID: place)
            return Self.events(of: try await caller.call(QueueMethods.showPlace, request).place)
        } catch let failure as CallFailure where failure.isBecause(QueueReason.placeUnknown) {
            return []
        }
    }

    private static func events(of history: [PlaceEvent]) -> [Timeline.Event] {
        var isEntered = false
        return history.map { event in
            let step: Timeline.Step =
                switch event.state {
                case .waiting: .joined
                case .admitted: .admitted
                case .active: isEntered ? .renewed : .entered
                default: .placeEnded(event.state)
                }
            isEntered = isEntered || event.state == .active
            // The reason of a renewal says only that it is one.
            return Timeline.Event(at: event.at, step: step, reason: step == .renewed ? "" : event.reason)
        }
    }

    private static func events(of place: Place) -> [Timeline.Event] {
        [
            place.joinedAt.map { Timeline.Event(at: $0, step: .joined) },
            place.admittedAt.map { Timeline.Event(at: $0, step: .admitted) },
            place.claimedAt.map { Timeline.Event(at: $0, step: .entered) },
            place.renewedAt.flatMap { $0 == place.claimedAt ? nil : Timeline.Event(at: $0, step: .renewed) },
            place.endedAt.map { Timeline.Event(at: $0, step: .placeEnded(place.state), reason: place.reason) },
        ].compactMap { $0 }
    }
}

extension Timeline.Step {
    /// The call of an operator that can have made the step.
    fileprivate var method: MethodDescription? {
        switch self {
        case .checkedIn: ConcertMethods.checkIn.description
        case .checkInUndone: ConcertMethods.undoCheckIn.description
        case .dateMoved: ConcertMethods.moveDate.description
        case .dateCancelled: ConcertMethods.cancelDate.description
        default: nil
        }
    }

    fileprivate var isByOperator: Bool { method != nil || self == .returned || self == .ticketCancelled }
}

extension Array {
    fileprivate var only: Element? { count == 1 ? self[0] : nil }
}
