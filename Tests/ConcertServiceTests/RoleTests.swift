import ConcertAPI
import RPC
import TestSupport
import Testing

/// The callers and duties of each method are in the contract.
@Suite struct RoleTests {
    @Test func `each method accepts its roles and duties, and refuses all others`() async throws {
        try await House.with(.memory) { house in
            let violations = try await house.service.violations(in: ConcertMethods.service)
            #expect(violations.isEmpty)
        }
    }

    /// Listed twice, so that a method does not become open by mistake.
    @Test func `few methods need no credential`() {
        #expect(ConcertMethods.service.openMethods == ["ListConcerts", "ListSchedules", "ShowTicketKeys"])
    }
}
