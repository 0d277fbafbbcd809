import ConcertAPI
import Kernel
import RPC
import TestSupport
import Testing

@Suite struct FindBuyersTests {
    struct Accepts {
        @Test(arguments: Engine.available)
        func `a buyer has the number of reservations and tickets, and the price of the tickets`(
            engine: Engine
        ) async throws {
            try await House.with(engine) { house in
                _ = try await house.sold("A-1-1", "B-1-1", number: 10)
                house.clock.advance(by: .minutes(1))
                _ = try await house.reserve("A-1-2", as: .alice, number: 20)
                let returned = try await house.reserve("A-1-3", as: .bob, number: 21)
                _ = try await house.confirm(returned, payment: 22, user: .bob)
                _ = try await house.cancel(returned, as: .operator, number: 23)
                let buyers = try await house.find().buyers
                let alice = try #require(buyers.first { $0.userID == TestCaller.alice.user })
                #expect(alice.reservations == 2 && alice.tickets == 2)
                #expect(alice.amount == 7500 && alice.currency == "EUR")
                #expect(alice.firstReservedAt == .noon)
                #expect(alice.lastReservedAt == Timestamp.noon.later(.minutes(1)))
                let bob = try #require(buyers.first { $0.userID == TestCaller.bob.user })
                #expect(bob.reservations == 1 && bob.tickets == 0 && bob.amount == 0)
                #expect(buyers.count == 2)
            }
        }

        @Test(arguments: Engine.available)
        func `pages have each buyer once, ordered by id`(engine: Engine) async throws {
            try await House.with(engine) { house in
                for number in 1...5 as ClosedRange<UInt64> {
                    _ = try await house.reserve("A-1-\(number)", as: .user(Int(number)), number: 100 + number)
                }
                var found: [UserID] = []
                while true {
                    let page = try await house.find(after: found.last, size: 2)
                    found += page.buyers.map(\.userID)
                    if !page.hasMore { break }
                }
                #expect(found.count == 5 && found == Set(found).sorted())
            }
        }
    }

    struct Refuses {
        @Test func `an unknown concert and a page that is too long are refused`() async throws {
            try await House.with(.memory) { house in
                let calls = house.calls(of: .operator)
                await expectRefusal("CONCERT_UNKNOWN") {
                    try await calls.findBuyers(FindBuyersRequest(concertID: .numbered(99)))
                }
                await expectRefusal("INVALID_FIELD") { try await house.find(size: 101) }
            }
        }
    }
}

extension House {
    fileprivate func find(after user: UserID? = nil, size: UInt32 = 0) async throws -> FindBuyersReply {
        try await calls(of: .operator).findBuyers(
            FindBuyersRequest(concertID: concert, after: user, pageSize: size))
    }
}
