import ConcertAPI
import ConcertDomain
import Database
import RPC
import Service

extension ConcertServer {
    func configureConcert(_ request: ConfigureConcertRequest, call: Call) async throws -> ConfigureConcertReply {
        let id = try call.requestID
        let settings = try Concert.Settings(
            title: request.title, host: request.host, browseRoom: request.browseRoomID, zone: request.zone)
        let concert = try await database.transaction(before: call.deadline) { tx in
            let old = try ConcertTable.require(request.concertID, tx)
            var concert = old
            if try concert.configure(settings, version: Int64(clamping: request.version), by: id, now: tx.now) {
                try ConcertTable.save(concert, was: old, tx)
                try ActionTable.append(call, tx)
            }
            return concert
        }
        return ConfigureConcertReply(concert: .init(concert))
    }
}
