import ConcertAPI
import Foundation
import Kernel
import RPC
import TestSupport
import Testing

/// The tables of states in the README of the service are its behaviour.
@Suite struct StatesTests {
    @Test(arguments: Engine.available)
    func `the service does what each cell of the tables says`(engine: Engine) async throws {
        let tables = try StateTable.ofReadme()
        #expect(tables.map(\.subject) == ["reservation", "ticket", "seat"])
        try await House.with(engine) {
            $0.saleClosesAt = Timestamp.noon.later(.hours(8))
            $0.cancelUntil = Timestamp.noon.later(.hours(8))
        } _: { house in
            let seats = [SeatOffer.row("", "", 1...100, grade: "S", price: 1000)]
            _ = try await house.calls(of: .operator).setSeats(house.seats(seats), CallOptions(requestID: .numbered(4)))
            var number = 0
            for table in tables {
                for (state, cells) in table.rows {
                    for (step, expected) in zip(table.steps, cells) where expected != "-" {
                        number += 1
                        var script = SeatScript(house: house, number: number)
                        for earlier in try #require(SeatScript.steps[state]) {
                            try #require(await script.refusal(of: earlier) == nil)
                        }
                        let refusal = try await script.refusal(of: step)
                        let end = try await script.state(of: table.subject)
                        #expect(refusal ?? end == expected, "\(table.subject): \(state), \(step)")
                        if refusal != nil { #expect(end == state, "\(table.subject): \(state), \(step)") }
                    }
                }
            }
        }
    }
}

/// A table with a state per row and a step per column.
private struct StateTable {
    let subject: String
    let steps: [String]
    let rows: [(state: String, cells: [String])]

    /// The tables below the heading `States`.
    static func ofReadme() throws -> [StateTable] {
        let path = "\(Repository.folder)/Services/ConcertService/README.md"
        let text = try String(contentsOfFile: path, encoding: .utf8)
        let section = try #require(text.components(separatedBy: "\n## ").first { $0.hasPrefix("States\n") })
        return section.components(separatedBy: "\n\n").filter { $0.hasPrefix("|") }.map { table in
            let lines = table.split(separator: "\n").map { line in
                line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            }
            return StateTable(
                subject: lines[0][0], steps: Array(lines[0].dropFirst()),
                rows: lines.dropFirst(2).map { ($0[0], Array($0.dropFirst())) })
        }
    }
}

/// One seat, its reservation and its ticket.
private struct SeatScript {
    /// The steps that lead to each state of a reservation, ticket or seat.
    static let steps: [String: [String]] = [
        "none": ["RemoveSeats"], "free": [], "held": ["ReserveSeats"], "blocked": ["BlockSeats"],
        "sold": ["ReserveSeats", "Confirm"],
        "released": ["ReserveSeats", "ReleaseReservation"], "expired": ["ReserveSeats", "its deadline"],
        "returned": ["ReserveSeats", "Confirm", "CancelReservation"], "valid": ["ReserveSeats", "Confirm"],
        "used": ["ReserveSeats", "Confirm", "CheckIn"],
        "cancelled": ["ReserveSeats", "Confirm", "CancelReservation"],
    ]

    let house: House
    let number: Int
    private var requests = 0
    private var code = ""

    init(house: House, number: Int) {
        self.house = house
        self.number = number
    }

    private var buyer: TestCaller { .user(number) }
    private var reservation: ConcertAPI.Reservation {
        var reservation = ConcertAPI.Reservation(id: .numbered(UInt64(number * 100 + 1)))
        (reservation.amount, reservation.currency) = (1000, "EUR")
        return reservation
    }

    /// Runs a step. Returns the reason if it is refused or the payment is aborted.
    mutating func refusal(of step: String) async throws -> String? {
        requests += 1
        let id = UInt64(number * 100 + requests)
        let (concert, schedule) = (house.concert, house.schedule)
        let (options, admin) = (CallOptions(requestID: .numbered(id)), house.calls(of: .operator))
        let range = [SeatRange.row("", "", UInt32(number)...UInt32(number))]
        do {
            switch step {
            case "ReserveSeats": _ = try await house.reserve("\(number)", as: buyer, number: id)
            case "Confirm":
                let decision = try await house.confirm(reservation, payment: id, user: buyer)
                guard decision.outcome == .confirmed else { return Self.constant(decision.reason) }
                let ticket = try #require(try await house.tickets(of: buyer).first)
                code = try await house.calls(of: buyer).showTicket(
                    ShowTicketRequest(concertID: concert, ticketID: ticket.ticketID)
                ).code
            case "Abort": _ = try await house.abort(reservation, payment: id)
            case "ReleaseReservation":
                _ = try await house.calls(of: buyer).releaseReservation(
                    ReleaseReservationRequest(concertID: concert, reservationID: reservation.reservationID))
            case "CancelReservation": _ = try await house.cancel(reservation, as: buyer, number: id)
            case "CancelTickets": _ = try await house.giveBack(["\(number)"], of: reservation, as: buyer, number: id)
            case "RemoveSeats":
                _ = try await admin.removeSeats(
                    RemoveSeatsRequest(concertID: concert, scheduleID: schedule, seats: range), options)
            case "UndoCheckIn":
                let ticket = try #require(try await house.tickets(of: buyer).first)
                _ = try await admin.undoCheckIn(
                    UndoCheckInRequest(concertID: concert, ticketID: ticket.ticketID, reason: "mistake"), options)
            case "CheckIn": _ = try await admin.checkIn(CheckInRequest(code: code), options)
            case "SetSeats":
                let offer = SeatOffer(seats: range[0], grade: "S", price: 1000)
                _ = try await admin.setSeats(house.seats([offer]), options)
            case "BlockSeats":
                _ = try await admin.blockSeats(
                    BlockSeatsRequest(concertID: concert, scheduleID: schedule, seats: range, reason: "camera"), options
                )
            case "UnblockSeats":
                _ = try await admin.unblockSeats(
                    UnblockSeatsRequest(concertID: concert, scheduleID: schedule, seats: range), options)
            case "its deadline": house.clock.advance(by: .minutes(5))
            default: Issue.record("the step \(step) is unknown")
            }
            return nil
        } catch let failure as RPCFailure {
            return failure.reason
        }
    }

    func state(of subject: String) async throws -> String {
        switch subject {
        case "reservation": return "\(try await house.show(reservation, as: buyer).state)"
        case "ticket": return "\(try #require(try await house.tickets(of: buyer).first).state)"
        default:
            do {
                return "\(try await house.history(of: "\(number)").state)"
            } catch let failure as RPCFailure where failure.reason == "SEAT_UNKNOWN" {
                return "none"
            }
        }
    }

    /// The name in the contract: `HOLD_EXPIRED` for `holdExpired`.
    private static func constant(_ reason: AbortReason) -> String {
        "\(reason)".map { $0.isUppercase ? "_\($0)" : $0.uppercased() }.joined()
    }
}
