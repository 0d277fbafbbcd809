import ConcertAPI
import Kernel
import QueueAPI
import WalletAPI

/// What happened to one reservation, over the three services, in the order of the times.
package struct Timeline: Sendable {
    package enum Step: Sendable, Equatable {
        case joined, admitted, entered, renewed, placeEnded(PlaceState)
        case held, sold, released, expired, returned, dateCancelled
        case paymentBegun, paid, notPaid(NotPaidReason), refunded
        case ticketIssued, checkedIn, checkInUndone, ticketCancelled
        case dateMoved
    }

    package struct Event: Sendable, Equatable {
        package let at: Timestamp
        package let step: Step
        /// The seat of a ticket. Empty for other steps.
        package let seat: String
        package let reason: String
        /// What a refund has paid, in minor units. Nil for other steps.
        package let amount: UInt64?
        /// The operator who acted. Nil for the user, for a service, and if the log of actions is not open to the caller.
        package var actor: UserID?

        package init(at: Timestamp, step: Step, seat: String = "", reason: String = "", amount: UInt64? = nil) {
            self.at = at
            self.step = step
            self.seat = seat
            self.reason = reason
            self.amount = amount
        }
    }

    package let reservation: Reservation
    package let payments: [Payment]
    package let tickets: [Ticket]
    package private(set) var events: [Event]

    /// `refunds` are the entries of the wallet that refund the payments.
    package init(
        _ reservation: Reservation, place: [Event], payments: [Payment], tickets: [Ticket], refunds: [Entry] = []
    ) {
        self.reservation = reservation
        self.payments = payments
        self.tickets = tickets
        let order = Dictionary(zip(reservation.seats, reservation.seats.indices)) { first, _ in first }
        let tickets = tickets.sorted { order[$0.seat, default: .max] < order[$1.seat, default: .max] }
        let all =
            place + Self.events(of: reservation) + payments.flatMap(Self.events) + tickets.flatMap(Self.events)
            + refunds.map { Event(at: $0.at, step: .refunded, amount: $0.amount) }
        // The sort keeps the order of steps with one time: it is that of the services.
        events = all.enumerated().sorted { ($0.element.at, $0.offset) < ($1.element.at, $1.offset) }.map(\.element)
    }

    /// Sets the operators who acted.
    mutating func setActors(_ actor: (Event) async throws -> UserID?) async rethrows {
        for index in events.indices { events[index].actor = try await actor(events[index]) }
    }

    private static func events(of reservation: Reservation) -> [Event] {
        let end: Step? =
            switch reservation.state {
            case _ where reservation.dateCancelled: .dateCancelled
            case .released: .released
            case .expired: .expired
            case .returned: .returned
            default: nil
            }
        return [
            Event(at: reservation.reservedAt, step: .held),
            reservation.soldAt.map { Event(at: $0, step: .sold) },
            end.flatMap { step in
                let reason = step == .dateCancelled ? reservation.returnReason : ""
                return reservation.endedAt.map { Event(at: $0, step: step, reason: reason) }
            },
        ].compactMap { $0 }
    }

    private static func events(of payment: Payment) -> [Event] {
        let outcome: Step? =
            switch payment.outcome {
            case .paid: .paid
            case .notPaid: .notPaid(payment.reason)
            default: nil
            }
        return [
            payment.begunAt.map { Event(at: $0, step: .paymentBegun) },
            outcome.flatMap { step in payment.decidedAt.map { Event(at: $0, step: step) } },
        ].compactMap { $0 }
    }

    private static func events(of ticket: Ticket) -> [Event] {
        [
            Event(at: ticket.issuedAt, step: .ticketIssued, seat: ticket.seat),
            // A ticket stores the times of its first and its latest check-in only.
            ticket.firstUsedAt.map { Event(at: $0, step: .checkedIn, seat: ticket.seat) },
            ticket.undoneAt.map {
                Event(at: $0, step: .checkInUndone, seat: ticket.seat, reason: ticket.undoReason)
            },
            ticket.usedAt.flatMap {
                $0 == ticket.firstUsedAt ? nil : Event(at: $0, step: .checkedIn, seat: ticket.seat)
            },
            ticket.cancelledAt.map {
                Event(at: $0, step: .ticketCancelled, seat: ticket.seat, reason: ticket.cancelReason)
            },
            // A move after the cancellation does not concern the owner of the ticket.
            ticket.movedAt.flatMap { moved in
                moved > ticket.cancelledAt ?? moved
                    ? nil : Event(at: moved, step: .dateMoved, seat: ticket.seat, reason: ticket.moveReason)
            },
        ].compactMap { $0 }
    }
}
