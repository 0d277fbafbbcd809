import ConcertAPI
import ConcertService
import RPC
import Service
import TestSupport
import Testing

/// The callers and duties of each method are in the contract.
@Suite struct RoleTests {
    @Test func `each method accepts its roles and duties, and refuses all others`() async throws {
        try await TestService.with(.concert, on: .memory, tls: .required) { concert in
            let violations = try await concert.violations(in: ConcertMethods.service)
            #expect(violations.isEmpty)
        }
    }

    /// Listed twice, so that a method does not become open by mistake.
    @Test func `few methods need no credential`() {
        #expect(ConcertMethods.service.openMethods == ["ListConcerts", "ListSchedules", "ShowTicketKeys"])
    }
}
