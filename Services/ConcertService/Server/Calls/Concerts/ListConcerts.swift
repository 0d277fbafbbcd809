import ConcertAPI
import ConcertDomain
import Database
import Kernel
import RPC

extension ConcertServer {
    private static let pageSize = 100

    func listConcerts(_ request: ListConcertsRequest, call: Call) async throws -> ListConcertsReply {
        let last = try ConcertID.optional(field: request.after, "after")
        return try await database.read(before: call.deadline) { reader in
            if !request.name.isEmpty {
                let concert = try ConcertTable.find(named: request.name, reader)
                return ListConcertsReply(concerts: concert.map { [ConcertEntry($0)] } ?? [])
            }
            let concerts = try ConcertTable.page(after: last, reader)
            return ListConcertsReply(
                concerts: concerts.prefix(Self.pageSize).map { ConcertEntry($0) },
                hasMore: concerts.count > Self.pageSize)
        }
    }
}
