import ConcertAPI
import ConcertDomain
import Database
import Kernel
import RPC

extension ConcertServer {
    func createConcert(_ request: CreateConcertRequest, call: Call) async throws -> CreateConcertReply {
        let id = ConcertID(of: try call.requestID)
        guard let currency = Currency(request.currency) else {
            throw ConcertRefusal.invalid(
                "currency", "must be an ISO 4217 code such as EUR; got “\(Excerpt.of(request.currency))”")
        }
        let room = try RoomID.optional(field: request.browseRoomID, "browse_room_id")
        let concert = try await database.transaction(before: call.deadline) { tx in
            let concert = Concert(
                id, name: request.name, title: request.title, host: request.host, currency: currency, browseRoom: room,
                createdAt: tx.now)
            guard try ConcertTable.insert(concert, tx) else {
                return try ConcertTable.require(id, tx).matching(concert)
            }
            guard try ConcertTable.takeName(of: concert, tx) else { throw ConcertRefusal.nameTaken(concert.name) }
            return concert
        }
        return CreateConcertReply(concert: ConcertEntry(concert))
    }
}
