import Kernel
import QueueAPI
import RPC
import TestSupport
import Testing

/// Who may call what: each method, in each role.
@Suite struct RoleTests {
    /// As it was agreed; empty is anyone.
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

    @Test func `a method is for its roles, and for nobody else`() async throws {
        try await Waiting.with(.memory) { waiting in
            let surprises = await waiting.service.surprises(in: QueueMethods.service, whereCallersAre: Self.callers)
            #expect(surprises.isEmpty)
        }
    }
}
