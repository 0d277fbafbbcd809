import ConcertAPI
import Database
import RPC

extension ConcertServer {
    func listConcerts(_ request: ListConcertsRequest, call: Call) async throws -> ListConcertsReply {
        try await database.read(before: call.deadline) { reader in
            if !request.name.isEmpty {
                let concert = try ConcertTable.find(named: request.name, reader)
                return ListConcertsReply(concerts: concert.map { [.init($0)] } ?? [])
            }
            let page = try Page { try ConcertTable.all(after: request.after, limit: $0, reader) }
            return ListConcertsReply(concerts: page.items.map { .init($0) }, hasMore: page.hasMore)
        }
    }
}
