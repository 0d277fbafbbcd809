import ConcertAPI
import Journeys
import Kernel
import WalletAPI

/// Rows in one reply. The service reads so many within some milliseconds.
private let pageSize: UInt32 = 500

extension Export<Reservation> {
    static func reservations(of concert: Concert, dates: [ScheduleID: String], _ run: Invocation) -> Self {
        Export(
            headings: [
                "reservation_id", "date", "user_id", "state", "seats", "amount", "currency", "reserved_at", "deadline",
                "sold_at", "ended_at", "payment_id",
            ],
            cells: {
                [
                    cell($0.reservationID), dates[$0.scheduleID] ?? "", cell($0.userID), cell($0.state),
                    $0.seats.joined(separator: " "), Money.digits($0.amount, $0.currency), $0.currency,
                    cell($0.reservedAt), cell($0.deadline), cell($0.soldAt), cell($0.endedAt), cell($0.paymentID),
                ]
            }, keyCount: 1, json: { $0.json.adding(["date": dates[$0.scheduleID].map { .string($0) }]) },
            page: { key in
                let request = FindReservationsRequest(
                    concertID: concert.concertID, after: key.first.flatMap { ReservationID($0) }, pageSize: pageSize)
                let reply = try await run.caller.call(ConcertMethods.findReservations, request)
                return Page(reply.reservations, next: reply.hasMore ? reply.lastReservationID : nil)
            })
    }
}

extension Export<Ticket> {
    static func tickets(of concert: Concert, dates: [ScheduleID: String], _ run: Invocation) -> Self {
        Export(
            headings: [
                "ticket_id", "date", "seat", "grade", "price", "currency", "state", "user_id", "reservation_id",
                "starts_at", "issued_at", "first_used_at", "used_at", "cancelled_at",
            ],
            cells: {
                [
                    cell($0.ticketID), dates[$0.scheduleID] ?? "", $0.seat, $0.grade,
                    Money.digits($0.price, $0.currency), $0.currency, cell($0.state), cell($0.userID),
                    cell($0.reservationID), cell($0.startsAt), cell($0.issuedAt), cell($0.firstUsedAt), cell($0.usedAt),
                    cell($0.cancelledAt),
                ]
            }, keyCount: 1,
            json: { ticket in
                OwnTicket(ticket: ticket, concert: concert).json.adding([
                    "date": dates[ticket.scheduleID].map { .string($0) }, "userId": .id(ticket.userID),
                ])
            },
            page: { key in
                let request = FindTicketsRequest(
                    concertID: concert.concertID, after: key.first.flatMap { TicketID($0) }, pageSize: pageSize)
                let reply = try await run.caller.call(ConcertMethods.findTickets, request)
                return Page(reply.tickets, next: reply.hasMore ? reply.lastTicketID : nil)
            })
    }
}

/// A buyer with the names of the wallet service. Nil if it does not answer.
struct NamedBuyer: Sendable {
    let buyer: ConcertBuyer
    let user: User?
}

extension Export<NamedBuyer> {
    static func buyers(of concert: Concert, _ run: Invocation) -> Self {
        Export(
            headings: [
                "user_id", "name", "display_name", "reservations", "tickets", "amount", "currency",
                "first_reserved_at", "last_reserved_at",
            ],
            cells: { row in
                let buyer = row.buyer
                return [
                    cell(buyer.userID), row.user?.name ?? "", row.user?.displayName ?? "", cell(buyer.reservations),
                    cell(buyer.tickets), Money.digits(buyer.amount, buyer.currency), buyer.currency,
                    cell(buyer.firstReservedAt), cell(buyer.lastReservedAt),
                ]
            }, keyCount: 1,
            json: { row in
                let buyer = row.buyer
                return JSON.object(["userId": .id(buyer.userID)]).adding(row.user.names).adding([
                    "reservations": .count(buyer.reservations), "tickets": .count(buyer.tickets),
                    "amount": Money.json(buyer.amount, buyer.currency),
                    "firstReservedAt": .time(buyer.firstReservedAt), "lastReservedAt": .time(buyer.lastReservedAt),
                ])
            },
            page: { key in
                let request = FindBuyersRequest(concertID: concert.concertID, after: key.first.flatMap { UserID($0) })
                let reply = try await run.caller.call(ConcertMethods.findBuyers, request)
                let users = try await People(run.caller).users(reply.buyers.map(\.userID))
                return Page(
                    reply.buyers.map { NamedBuyer(buyer: $0, user: users[$0.userID]) },
                    next: reply.hasMore ? reply.buyers.last?.userID : nil)
            })
    }
}

extension Export.Page {
    fileprivate init<Entity>(_ rows: [Row], next: ID<Entity>?) {
        self.init(rows: rows, next: next.map { ["\($0)"] })
    }
}

/// The text of a cell. Empty without a value.
func cell(_ value: (some Any)?) -> String { value.map { "\($0)" } ?? "" }
