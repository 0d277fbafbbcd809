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

    @Test func `each method accepts its roles and refuses all others`() async throws {
        try await Waiting.with(.memory) { waiting in
            let violations = await waiting.service.violations(in: QueueMethods.service, whereCallersAre: Self.callers)
            #expect(violations.isEmpty)
        }
    }
}
