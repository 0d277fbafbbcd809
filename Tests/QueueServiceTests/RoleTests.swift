import Kernel
import QueueAPI
import RPC
import TestSupport
import Testing

/// Each method in each role.
@Suite struct RoleTests {
    /// The expected callers. Empty: every caller.
    private static let callers: [String: Role] = [
        "CreateRoom": [.operator],
        "ConfigureRoom": [.operator],
        "OpenRoom": [.operator],
        "PauseRoom": [.operator],
        "DrainRoom": [.operator],
        "CloseRoom": [.operator],
        "ListRooms": [.operator],
        "ShowRoom": [.operator],
        "ShowHistory": [.operator],
        "RevokePlace": [.operator],
        "Join": [.user],
        "ShowPlace": [.user],
        "WatchPlace": [.user],
        "Renew": [.user],
        "Leave": [.user],
        "FinishPass": [.service],
        "FindRoom": [],
    ]

    /// The duties that suffice for operators, beside that of an owner.
    private static let duties: [String: Duties] = [
        "CreateRoom": [.sales],
        "ConfigureRoom": [.sales],
        "OpenRoom": [.sales],
        "PauseRoom": [.sales],
        "DrainRoom": [.sales],
        "CloseRoom": [.sales],
        "ListRooms": [.sales, .read],
        "ShowRoom": [.sales, .read],
        "ShowHistory": [.sales, .read],
        "RevokePlace": [.sales],
    ]

    @Test func `each method accepts its roles and duties, and refuses all others`() async throws {
        try await Waiting.with(.memory) { waiting in
            let violations = try await waiting.service.violations(
                in: QueueMethods.service, whereCallersAre: Self.callers, withDuties: Self.duties)
            #expect(violations.isEmpty)
        }
    }
}
