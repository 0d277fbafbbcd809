import ConcertAPI
import ConcertDomain
import Identity
import Kernel
import RPC
import TestSupport
import Testing

@Suite struct ShowTicketKeysTests {
    struct Accepts {
        @Test func `every caller gets the public keys of the key file`() async throws {
            try await House.with(.memory) { house in
                let keys = try await house.calls(of: nil).showTicketKeys(ShowTicketKeysRequest()).keys
                let signer = TicketSigner(house.service.keys)
                #expect(keys.map(\.keyID) == signer.publicKeys.map(\.id.rawValue))
                #expect(keys.map(\.publicKey) == signer.publicKeys.map(\.bytes))
            }
        }
    }
}
