import ConcertAPI
import Identity
import RPC

extension ConcertServer {
    func showTicketKeys(_ request: ShowTicketKeysRequest, call: Call) async throws -> ShowTicketKeysReply {
        ShowTicketKeysReply(
            keys: signer.publicKeys.map { TicketKey(keyID: $0.id.rawValue, publicKey: $0.bytes) })
    }
}
