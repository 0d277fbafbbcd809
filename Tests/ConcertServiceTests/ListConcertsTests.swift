import ConcertAPI
import Database
import Kernel
import RPC
import TestSupport
import Testing

@Suite struct ListConcertsTests {
    struct Accepts {
        @Test(arguments: Engine.available)
        func `pages list each concert once`(engine: Engine) async throws {
            try await House.with(engine) { house in
                try await house.service.instances[0].database.transaction { tx in
                    for number in 1...100 as ClosedRange<UInt64> {
                        try tx.execute(
                            """
                            insert into concert (concert_id, name, title, host, currency, created_at)
                            values ($1, 'tour', 'Tour', 'Host', 'EUR', 0)
                            """, ConcertID(high: 1, low: number))
                    }
                }
                let calls = house.calls(of: nil)
                let first = try await calls.listConcerts(ListConcertsRequest())
                #expect(first.concerts.count == 100 && first.hasMore)
                let last = try #require(first.concerts.last)
                let second = try await calls.listConcerts(ListConcertsRequest(after: last.concertID))
                #expect(second.concerts.map(\.concertID) == [house.concert] && !second.hasMore)
            }
        }

        @Test(arguments: Engine.available)
        func `a concert is found by its name`(engine: Engine) async throws {
            try await House.with(engine) { house in
                let calls = house.calls(of: nil)
                let found = try await calls.listConcerts(ListConcertsRequest(name: "moon-tour"))
                #expect(found.concerts.map(\.title) == ["Moon Tour"])
                #expect(try await calls.listConcerts(ListConcertsRequest()).concerts == found.concerts)
                #expect(try await calls.listConcerts(ListConcertsRequest(name: "sun")).concerts.isEmpty)
            }
        }
    }
}
