import ConcertAPI
import Database
import Kernel
import RPC
import TestSupport
import Testing

@Suite struct ListRefundsDueTests {
    fileprivate static let count: UInt64 = 130
    /// The refunds of the second concert have the lower ids.
    fileprivate static let concerts = [ConcertID(high: 0xc0, low: 1), ConcertID(high: 0xc0, low: 2)]
    fileprivate static let refunds = [
        (1...count).map { RefundID(high: 0xb, low: $0) }, (1...count).map { RefundID(high: 0xa, low: $0) },
    ]

    fileprivate static func owe(in house: House) async throws {
        try await house.service.instances[0].database.transaction { tx in
            for (concert, refunds) in zip(concerts, refunds) {
                for refund in refunds {
                    try tx.execute(
                        """
                        insert into refund (
                            concert_id, refund_id, payment_id, reservation_id, user_id, amount, currency, reason, due_since,
                            seats, kept, is_part)
                        values ($1, $2, $2, $2, $3, 100, 'EUR', '', 0, '', 0, 0)
                        """, concert, refund, UserID.alice)
                }
            }
        }
    }

    /// Reads all pages of `request`.
    fileprivate static func pages(_ request: ListRefundsDueRequest, in house: House) async throws -> [[Refund]] {
        var request = request
        var pages: [[Refund]] = []
        while true {
            let reply = try await house.calls(of: .service).listRefundsDue(request)
            pages.append(reply.refunds)
            guard reply.hasMore, let last = reply.refunds.last, pages.count < 10 else { return pages }
            request.afterConcertID = last.concertID
            request.afterRefundID = last.refundID
        }
    }

    struct Accepts {
        @Test(arguments: Engine.available)
        func `pages list each refund of several concerts once`(engine: Engine) async throws {
            try await House.with(engine) { house in
                try await ListRefundsDueTests.owe(in: house)
                let pages = try await ListRefundsDueTests.pages(ListRefundsDueRequest(), in: house)
                #expect(pages.map(\.count) == [100, 100, 60])
                #expect(pages.joined().map(\.refundID) == Array(ListRefundsDueTests.refunds.joined()))
                #expect(
                    pages.joined().map(\.concertID)
                        == ListRefundsDueTests.concerts.flatMap { concert in
                            Array(repeating: concert, count: Int(ListRefundsDueTests.count))
                        })
            }
        }

        @Test(arguments: Engine.available)
        func `parts are listed only for callers that pay them`(engine: Engine) async throws {
            try await House.with(engine) { house in
                let mine = try await house.sold("A-1-1", "A-1-2")
                let other = try await house.sold("A-1-3", number: 12)
                _ = try await house.giveBack(["A-1-2"], of: mine, number: 20)
                _ = try await house.giveBack(["A-1-3"], of: other, number: 21)
                _ = try await house.cancel(mine, as: .alice, number: 22)
                for concert in [house.concert, nil] {
                    let wholes = ListRefundsDueRequest(concertID: concert)
                    let all = ListRefundsDueRequest(concertID: concert, understandsParts: true)
                    let service = house.calls(of: .service)
                    #expect(try await service.listRefundsDue(wholes).refunds.map(\.refundID) == [.numbered(21)])
                    #expect(
                        try await service.listRefundsDue(all).refunds.map(\.refundID)
                            == [.numbered(20), .numbered(21), .numbered(22)])
                }
            }
        }

        @Test(arguments: Engine.available)
        func `pages list the refunds of one concert only`(engine: Engine) async throws {
            try await House.with(engine) { house in
                try await ListRefundsDueTests.owe(in: house)
                for (concert, refunds) in zip(ListRefundsDueTests.concerts, ListRefundsDueTests.refunds) {
                    let pages = try await ListRefundsDueTests.pages(
                        ListRefundsDueRequest(concertID: concert), in: house)
                    #expect(pages.map(\.count) == [100, 30])
                    #expect(pages.joined().map(\.refundID) == refunds)
                }
            }
        }
    }
}
