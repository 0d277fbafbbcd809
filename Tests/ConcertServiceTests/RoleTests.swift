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

    @Test func `each method accepts its roles and refuses all others`() async throws {
        try await House.with(.memory) { house in
            let violations = await house.service.violations(in: ConcertMethods.service, whereCallersAre: Self.callers)
            #expect(violations.isEmpty)
        }
    }
}
