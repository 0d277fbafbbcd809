import Display
import CommandLine
import ConcertAPI
import Journeys
import Kernel
import QueueAPI
import WalletAPI

/// Explains what happened to a reservation.
enum Explain {
    private static let code = Operand("CODE", .text("CODE"))
    /// With seconds, because the order of the steps may be disputed.
    private static let timeFormat = "%-d %b %Y %H:%M:%S %Z"

    static let own = Command(
        "explain", "Shows what happened to a reservation: place, hold, payments, tickets, refunds.",
        details: "CODE is that of a reservation, a ticket or a payment, or a seat.",
        calls: Service.allCases, caller: .user, operands: [code], examples: ["3f2a9c01", "Stalls-12-7 --json"],
        run: { run in try await show(try await TimelineReader(run.caller).own(run[code]), run) })

    static let any = Command(
        "admin explain", "Shows what happened to a reservation of any user, and which operator acted.",
        details: """
            CODE is that of a reservation, the id of a payment or a ticket, or the text of a ticket's QR code. To find it by
            seat or user: gateway admin reservations.
            """,
        calls: Service.allCases, caller: .operator, operands: [Operands.concert, code],
        examples: ["moon-tour 3f2a9c01", "moon-tour AMZD4… --json"],
        run: { run in
            let concert = try await run.catalogue.concert(named: run[Operands.concert])
            let reservation = try await find(run[code], of: concert, run)
            try await show(try await TimelineReader(run.caller).any(reservation), run)
        })

    /// Tries the kinds of codes in turn. A short code has no key, so the reservations of the concert are read for it.
    private static func find(_ code: String, of concert: Concert, _ run: Invocation) async throws -> Reservation {
        let reservations = Reservations(run.caller)
        func find(_ set: (inout FindReservationsRequest) -> Void) async throws -> [Reservation] {
            var request = FindReservationsRequest(concertID: concert.concertID)
            set(&request)
            return try await reservations.find(request, upTo: 1)
        }
        var found: [Reservation] = []
        if let id = RequestID(code) {
            found = try await find { $0.reservationID = ReservationID(of: id) }
            if found.isEmpty { found = try await find { $0.paymentID = PaymentID(of: id) } }
            if found.isEmpty { found = try await find { $0.ticketID = TicketID(of: id) } }
        } else if IDSuffix.canBe(code) {
            let all = FindReservationsRequest(concertID: concert.concertID)
            found = try await reservations.find(all, withCode: code, upTo: 2)
        } else {
            found = try await find { $0.ticketCode = code }
        }
        guard found.count < 2 else {
            throw GatewayError.refused(
                "\(code.printable) matches several reservations", hint: "Give more digits of the id")
        }
        if let found = found.first { return found }
        throw GatewayError.refused(
            "\(concert.name) has no reservation \(code.printable)",
            hint: "To find it by seat or user: gateway admin reservations \(concert.name)")
    }

    private static func show(_ timeline: Timeline, _ run: Invocation) async throws {
        let actors = timeline.events.compactMap(\.actor)
        let operators = actors.isEmpty ? [] : try await People(run.caller).operators()
        let names = Dictionary(operators.map { ($0.userID, $0.name) }) { first, _ in first }
        let reservation = timeline.reservation
        let owner =
            run.caller.isOperator ? try await People(run.caller).users([reservation.userID].compactMap { $0 }) : [:]
        let user = reservation.userID.flatMap { owner[$0] }
        let zone = run.zone(of: nil)
        let table = Table(["TIME", .wrapped("WHAT"), "BY"], timeline.events) { event in
            [
                zone.text(of: event.at, timeFormat), event.text(in: timeline),
                event.actor.map { names[$0] ?? IDSuffix.text(of: $0) } ?? "",
            ]
        }
        run.show(
            .object([
                "reservation": user == nil ? reservation.json : reservation.json.adding(user.names),
                "payments": .list(timeline.payments, \.json),
                "events": .list(timeline.events) { event in
                    .object([
                        "at": .time(event.at), "what": .string(event.step.name), "seat": .text(event.seat),
                        "reason": .text(event.reason),
                        "refunded": (event.amount ?? event.ticket(in: timeline)?.refunded).map {
                            Money.json($0, reservation.currency)
                        },
                        "kept": event.ticket(in: timeline).map { Money.json($0.kept, $0.currency) },
                        "operatorId": .id(event.actor),
                        "operator": event.actor.flatMap { names[$0] }.map { .string($0) },
                    ])
                },
            ]),
            "Reservation \(IDSuffix.text(of: reservation.reservationID)): \(reservation.seatNames), "
                + "\(reservation.total), \(reservation.state)\(user.map { ", of \($0.label)" } ?? "")\n"
                + table.text(run.console))
    }
}

extension Timeline.Step {
    /// The name in JSON.
    fileprivate var name: String {
        switch self {
        case .placeEnded(let state): "place\("\(state)".prefix(1).uppercased())\("\(state)".dropFirst())"
        case .notPaid: "notPaid"
        default: "\(self)"
        }
    }
}

extension Timeline.Event {
    /// The ticket that the step cancelled. Nil for other steps.
    fileprivate func ticket(in timeline: Timeline) -> Ticket? {
        step == .ticketCancelled ? timeline.tickets.first { $0.seat == seat && $0.cancelledAt == at } : nil
    }

    fileprivate func text(in timeline: Timeline) -> String {
        let reservation = timeline.reservation
        let ofSeat = seat.isEmpty ? "" : " \(seat)"
        let parts = ticket(in: timeline).map { ticket in
            let kept = ticket.kept == 0 ? "" : ", \(Money.text(ticket.kept, ticket.currency)) kept"
            return ", \(Money.text(ticket.refunded, ticket.currency)) refunded\(kept)"
        }
        let because = reason.isEmpty ? "" : ": \(reason)"
        let text =
            switch step {
            case .joined: "joined the line"
            case .admitted: "admitted to the room"
            case .entered: "came in"
            case .renewed: "renewed the pass for the last time"
            case .placeEnded(let state): "place \(state)"
            case .held: "held \(SeatText.list(reservation.seats))"
            case .sold: "sold for \(reservation.total)"
            case .released: "released"
            case .expired: "the hold expired"
            case .returned: "returned"
            case .paymentBegun: "payment begun"
            case .paid: "paid"
            case .notPaid: timeline.payments.first { $0.decidedAt == at }?.shortText ?? "not paid"
            case .refunded: "\(Money.text(amount ?? 0, reservation.currency)) refunded to the wallet"
            case .dateCancelled: "the date was cancelled"
            case .ticketIssued: "ticket issued"
            case .checkedIn: "checked in"
            case .checkInUndone: "check-in undone"
            case .ticketCancelled: "ticket cancelled"
            case .dateMoved: "date moved"
            }
        return text + ofSeat + (parts ?? "") + because
    }
}
