import QueueAPI
import QueueService
import RPC
import Service
import TestSupport
import Testing

/// The callers and duties of each method are in the contract.
@Suite struct RoleTests {
    @Test func `each method accepts its roles and duties, and refuses all others`() async throws {
        try await TestService.with(.queue, on: .memory, tls: .required) { queue in
            let violations = try await queue.violations(in: QueueMethods.service)
            #expect(violations.isEmpty)
        }
    }

    /// Listed twice, so that a method does not become open by mistake.
    @Test func `few methods need no credential`() {
        #expect(QueueMethods.service.openMethods == ["FindRoom", "ListTiles", "ShowCheckpoint", "ShowDraw"])
    }
}
