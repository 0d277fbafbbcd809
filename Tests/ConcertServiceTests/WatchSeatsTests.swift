import ConcertAPI
import Kernel
import RPC
import TestSupport
import Testing

@Suite struct WatchSeatsTests {
    /// Advances the clock when the stream sleeps between two polls.
    fileprivate static func advance(_ house: House) async {
        while house.clock.sleeperCount == 0 { await Task.yield() }
        house.clock.advance(by: .milliseconds(250))
    }

    fileprivate static func changes(
        _ items: ItemStream<WatchSeatsRequest, WatchSeatsItem>.AsyncIterator, _ house: House
    ) async throws -> SeatChanges? {
        await advance(house)
        guard case .changes(let changes) = try await items.next()?.news else { return nil }
        return changes
    }

    struct Accepts {
        @Test(arguments: Engine.available)
        func `a stream sends the map, then holds, sales and expiries`(engine: Engine) async throws {
            try await House.with(engine) { house in
                let items = house.calls(of: .alice).watchSeats(
                    WatchSeatsRequest(concertID: house.concert, scheduleID: house.schedule)
                ).makeAsyncIterator()
                guard case .map(let map) = try await items.next()?.news else {
                    Issue.record("no map came first")
                    return
                }
                #expect(map.held.isEmpty)
                let mine = try await house.reserve("A-1-1", "A-1-2", as: .alice, number: 10)
                _ = try await house.reserve("A-1-3", as: .bob, number: 11)
                #expect(try await WatchSeatsTests.changes(items, house) == SeatChanges(held: [0, 1, 2]))
                _ = try await house.confirm(mine, payment: 12)
                #expect(try await WatchSeatsTests.changes(items, house) == SeatChanges(sold: [0, 1]))
                house.clock.advance(by: .minutes(5))
                #expect(try await WatchSeatsTests.changes(items, house) == SeatChanges(freed: [2]))
                _ = try await house.calls(of: .operator).setSeats(
                    house.seats([.row("C", "1", 1...1, grade: "C", price: 1)]), CallOptions(requestID: .numbered(13)))
                await WatchSeatsTests.advance(house)
                guard case .map(let changed) = try await items.next()?.news else {
                    Issue.record("no map came after the layout had changed")
                    return
                }
                #expect(changed.layoutVersion == map.layoutVersion + 1)
                #expect(changed.sold == [0, 1])
            }
        }
    }

    struct Refuses {
        @Test func `a stream ends when its pass expires`() async throws {
            try await House.with(.memory) {
                $0.roomID = RoomID.hall
            } _: { house in
                let items = house.calls(of: .alice).watchSeats(
                    WatchSeatsRequest(
                        concertID: house.concert, scheduleID: house.schedule,
                        pass: house.pass(of: .alice, until: .noon + .milliseconds(250)))
                ).makeAsyncIterator()
                _ = try await items.next()
                await WatchSeatsTests.advance(house)
                let failure = await #expect(throws: RPCFailure.self) { _ = try await items.next() }
                #expect(failure?.reason == "PASS_REFUSED")
            }
        }
    }
}
