import ConcertAPI
import Kernel
import RPC
import TestSupport
import Testing

/// Calls each method in each role.
@Suite struct RoleTests {
    /// The allowed roles. Empty: every caller.
    private static let callers: [String: Role] = [
        "CreateConcert": [.operator],
        "AddSchedule": [.operator],
        "ConfigureSchedule": [.operator],
        "SetSeats": [.operator],
        "BlockSeats": [.operator],
        "UnblockSeats": [.operator],
        "CheckIn": [.operator],
        "SalesReport": [.operator],
        "ShowSeatHistory": [.operator],
        "ListConcerts": [],
        "ListSchedules": [],
        "ShowTicketKeys": [],
        "ShowSeats": [.user, .operator],
        "WatchSeats": [.user, .operator],
        "CancelReservation": [.user, .operator],
        "ReserveSeats": [.user],
        "ReleaseReservation": [.user],
        "ShowReservation": [.user],
        "ListReservations": [.user],
        "ListTickets": [.user],
        "ShowTicket": [.user],
        "Confirm": [.service],
        "Abort": [.service],
        "ListRefundsDue": [.service],
        "AcknowledgeRefund": [.service],
    ]

    /// The duties that suffice for operators, beside that of an owner.
    private static let duties: [String: Duties] = [
        "CreateConcert": [.sales],
        "AddSchedule": [.sales],
        "ConfigureSchedule": [.sales],
        "SetSeats": [.sales],
        "BlockSeats": [.sales],
        "UnblockSeats": [.sales],
        "CheckIn": [.gate],
        "SalesReport": [.sales, .read],
        "ShowSeatHistory": [.sales, .read],
        "ShowSeats": [.sales, .gate, .read],
        "WatchSeats": [.sales, .gate, .read],
        "CancelReservation": [.sales],
    ]

    @Test func `each method accepts its roles and duties, and refuses all others`() async throws {
        try await House.with(.memory) { house in
            let violations = try await house.service.violations(
                in: ConcertMethods.service, whereCallersAre: Self.callers, withDuties: Self.duties)
            #expect(violations.isEmpty)
        }
    }
}
