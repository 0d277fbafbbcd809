import ConcertAPI
import ConcertDomain
import Database
import Kernel
import RPC

extension ConcertServer {
    func createConcert(_ request: CreateConcertRequest, call: Call) async throws -> CreateConcertReply {
        let id = ConcertID(of: try call.requestID)
        guard let currency = Currency(request.currency) else {
            throw ConcertRefusal.invalid("currency", "is no ISO 4217 code; got “\(Excerpt.of(request.currency))”")
        }
        let room = try RoomID.optional(field: request.browseRoomID, "browse_room_id")
        let concert = try await database.transaction(before: call.deadline) { tx in
            let wish = try Concert(
                id, name: request.name, title: request.title, host: request.host, currency: currency, browseRoom: room,
                now: tx.now)
            guard try ConcertTable.insert(wish, tx) else { return try ConcertTable.known(id, tx).asked(for: wish) }
            guard try ConcertTable.takeName(of: wish, tx) else { throw ConcertRefusal.nameTaken(wish.name) }
            return wish
        }
        return CreateConcertReply(concert: ConcertEntry(concert))
    }
}
