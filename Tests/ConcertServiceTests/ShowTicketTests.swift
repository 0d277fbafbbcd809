import ConcertAPI
import ConcertDomain
import Identity
import Kernel
import RPC
import TestSupport
import Testing

@Suite struct ShowTicketTests {
    struct Accepts {
        @Test(arguments: Engine.available)
        func `a ticket code contains seat and time, and the public keys verify it`(
            engine: Engine
        ) async throws {
            try await House.with(engine) { house in
                let shown = try await house.ticket("A-1-7")
                let keys = try await house.calls(of: nil).showTicketKeys(ShowTicketKeysRequest()).keys
                let verifier = TicketVerifier(
                    keys.compactMap { TicketPublicKey(id: KeyID(rawValue: $0.keyID), bytes: $0.publicKey) })
                let code = try verifier.verify(shown.code)
                #expect(code.seat == "A-1-7")
                #expect(code.concert == house.concert)
                #expect(code.ticket == shown.ticket.ticketID)
                #expect(code.startsAt == .noon + .hours(8))
                await expectRefusal("TICKET_UNKNOWN") {
                    try await house.calls(of: .bob).showTicket(
                        ShowTicketRequest(concertID: house.concert, ticketID: code.ticket))
                }
            }
        }
    }

    struct Refuses {
        @Test(arguments: Engine.available)
        func `a ticket of another user is refused`(engine: Engine) async throws {
            try await House.with(engine) { house in
                let shown = try await house.ticket("A-1-7")
                await expectRefusal("TICKET_UNKNOWN") {
                    try await house.calls(of: .bob).showTicket(
                        ShowTicketRequest(concertID: house.concert, ticketID: shown.ticket.ticketID))
                }
            }
        }
    }
}
