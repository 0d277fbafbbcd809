import CommandLine
import ConcertAPI
import Journeys
import Kernel
import WalletAPI

/// Finds reservations of all users, for operators.
enum ReservationSearch {
    private static let user = Option("user", .text("USER"), "only reservations of the user with this name or id")
    private static let seat = Option("seat", .text("SEAT"), "only the reservation that has this seat of the date now")
    private static let ticket = Option(
        "ticket", .text("TICKET"),
        "only the reservation of this ticket: the text of its QR code, its id or the end of it")
    private static let payment = Option(
        "payment", .text("PAYMENT"), "only the reservation of this payment: its id, or with --user the end of it")
    private static let state = Option("state", ValueKind<State>.choice, "only reservations in this state")
    private static let code = Option(
        "code", .text("CODE"), "only reservations with this code, which their users see; fast with --user")
    private static let limit = Option("limit", .count(from: 1), "limit of reservations; 100 if not given")

    private enum State: String, CaseIterable {
        case held, sold, released, expired, returned

        var field: ReservationState {
            switch self {
            case .held: .held
            case .sold: .sold
            case .released: .released
            case .expired: .expired
            case .returned: .returned
            }
        }
    }

    static let command = Command(
        "admin reservations", "Finds reservations of all users, the oldest first.",
        details: """
            Each option leaves only reservations that have its value. A user, seat, ticket or payment is looked up by its
            key; other searches read the reservations of the concert in the order of their ids.
            """,
        calls: [.concert, .wallet], caller: .operator, operands: [Operands.target],
        flags: [user, seat, ticket, payment, state, code, limit],
        examples: [
            "moon-tour --state held", "moon-tour/friday --seat Stalls-12-7", "moon-tour --user alice",
            "moon-tour --payment 0193e5a0-7a55-7000-8000-000000000001 --json",
        ],
        run: { run in
            let target = run[Operands.target]
            let concert = try await run.catalogue.concert(named: target.concert)
            var request = FindReservationsRequest(
                concertID: concert.concertID, userID: try await user(run), seat: run[seat] ?? "",
                state: run[state]?.field ?? .unspecified)
            if target.date != nil || run[seat] != nil {
                request.scheduleID = try await run.catalogue.date(target).id
            }
            request.paymentID = try await payment(run)
            if let text = run[ticket] {
                if let id = TicketID(text) {
                    request.ticketID = id
                } else if IDSuffix.canBe(text) {
                    request.ticketID = try await Tickets(run.caller).ticket(endingIn: text, of: concert).ticketID
                } else {
                    request.ticketCode = text
                }
            }
            let found = try await Reservations(run.caller).find(
                request, withCode: run[code], upTo: Int(run[limit] ?? 100))
            try await show(found, of: concert, run)
        })

    private static func payment(_ run: Invocation) async throws -> PaymentID? {
        guard let name = run[payment] else { return nil }
        if let id = PaymentID(name) { return id }
        let payer = run[user] == nil ? nil : try await People(run.caller).user(run[user]).name
        return try await Payments(run.caller).payment(named: name, of: payer).paymentID
    }

    private static func user(_ run: Invocation) async throws -> UserID? {
        guard let name = run[user] else { return nil }
        if let id = UserID(name) { return id }
        return try await People(run.caller).user(name).userID
    }

    private static func show(_ found: [Reservation], of concert: Concert, _ run: Invocation) async throws {
        let dates = run.isJSON ? [] : try await run.catalogue.dates(of: concert)
        let names = Dictionary(dates.map { ($0.id, $0.name) }) { first, _ in first }
        let users = try await People(run.caller).users(found.compactMap(\.userID))
        func user(_ reservation: Reservation) -> User? { reservation.userID.flatMap { users[$0] } }
        run.show(
            found, { $0.json.adding(user($0).names) }, empty: "No reservation matches.",
            [
                "CODE", .wrapped("RESERVED"), "DATE", "STATE", .right("TOTAL"), .wrapped("SEATS"), "USER",
            ]
        ) { reservation in
            [
                IDSuffix.text(of: reservation.reservationID), run.localTime(reservation.reservedAt),
                names[reservation.scheduleID] ?? "", "\(reservation.state)", reservation.total, reservation.seatsText,
                user(reservation).label(of: reservation.userID),
            ]
        }
    }
}
