import ConcertAPI
import ConcertDomain
import Database
import Kernel
import RPC
import Service

extension ConcertServer {
    func createConcert(_ request: CreateConcertRequest, call: Call) async throws -> CreateConcertReply {
        let id = ConcertID(of: try call.requestID)
        let currency = try Currency(field: request.currency)
        let settings = try Concert.Settings(
            title: request.title, host: request.host, browseRoom: request.browseRoomID, zone: request.zone)
        let concert = try await database.transaction(before: call.deadline) { tx in
            let concert = Concert(id, name: request.name, currency: currency, settings, now: tx.now)
            guard try ConcertTable.insert(concert, tx) else {
                return try ConcertTable.require(id, tx).matching(concert)
            }
            guard try ConcertTable.takeName(of: concert, tx) else { throw ConcertRefusal.nameTaken(concert.name) }
            try ActionTable.append(call, tx)
            return concert
        }
        return CreateConcertReply(concert: .init(concert))
    }
}
