import ConcertAPI
import Database
import Kernel
import RPC
import TestSupport
import Testing

@Suite struct MapTests {
    private func request(_ house: House, known: UInt64 = 0, pass: [UInt8] = []) -> ShowSeatsRequest {
        ShowSeatsRequest(
            concertID: house.concert.bytes, scheduleID: house.schedule.bytes, pass: pass, knownLayoutVersion: known)
    }

    @Test(arguments: Engine.available)
    func `a map is at most a quarter of a second old`(engine: Engine) async throws {
        try await House.with(engine) { house in
            let calls = house.calls(of: .alice)
            let empty = try await calls.showSeats(request(house))
            #expect(empty.held.isEmpty)
            #expect(empty.blocks.map { $0.seats?.row } == ["1", "2", "1"])
            _ = try await house.reserve("A-1-1", as: .alice, number: 10)
            house.clock.advance(by: .milliseconds(250))
            let map = try await calls.showSeats(request(house, known: empty.layoutVersion))
            #expect(map.held == [0])
            #expect(map.blocks.isEmpty)
            house.clock.advance(by: .minutes(5))
            let later = try await calls.showSeats(request(house))
            #expect(later.held.isEmpty)
        }
    }

    @Test(arguments: Engine.available)
    func `a seat is free in the map, the counts and the report from its deadline on`(engine: Engine) async throws {
        try await House.with(engine) { house in
            _ = try await house.reserve("B-1-1", as: .alice, number: 10)
            house.clock.advance(by: .milliseconds(1))
            _ = try await house.reserve("B-1-2", as: .alice, number: 11)
            house.clock.advance(by: .minutes(5) - .milliseconds(1))
            let calls = house.calls(of: .operator)
            #expect(try await calls.showSeats(request(house)).held == [21])
            let concert = house.concert.bytes
            let dates = try await calls.listSchedules(ListSchedulesRequest(concertID: concert)).schedules
            #expect(dates.map(\.counts) == [SeatCounts(free: 29, held: 1, sold: 0, blocked: 0)])
            let lines = try await calls.salesReport(SalesReportRequest(concertID: concert)).lines
            #expect(lines.map { $0.counts?.held } == [0, 1])
            let history = [try await house.history(of: "B-1-1"), try await house.history(of: "B-1-2")]
            #expect(history.map(\.state) == [.free, .held])
        }
    }

    @Test func `the map of a date with a room needs a pass, except for operators`() async throws {
        try await House.with(.memory) {
            $0.roomID = RoomID.hall.bytes
        } _: { house in
            await expectRefusal("PASS_MISSING") { try await house.calls(of: .alice).showSeats(request(house)) }
            let pass = house.pass(of: .alice, until: .noon + .minutes(2))
            _ = try await house.calls(of: .alice).showSeats(request(house, pass: pass))
            _ = try await house.calls(of: .operator).showSeats(request(house))
        }
    }

    @Test(arguments: Engine.available)
    func `a stream sends the map, then holds, sales and expiries`(engine: Engine) async throws {
        try await House.with(engine) { house in
            var items = house.calls(of: .alice).watchSeats(
                WatchSeatsRequest(concertID: house.concert.bytes, scheduleID: house.schedule.bytes)
            ).makeAsyncIterator()
            guard case .map(let map) = try await items.next()?.news else {
                Issue.record("no map came first")
                return
            }
            #expect(map.held.isEmpty)
            let mine = try await house.reserve("A-1-1", "A-1-2", as: .alice, number: 10)
            _ = try await house.reserve("A-1-3", as: .bob, number: 11)
            #expect(try await changes(&items, house) == SeatChanges(held: [0, 1, 2]))
            _ = try await house.confirm(mine, payment: 12)
            #expect(try await changes(&items, house) == SeatChanges(sold: [0, 1]))
            house.clock.advance(by: .minutes(5))
            #expect(try await changes(&items, house) == SeatChanges(freed: [2]))
            _ = try await house.calls(of: .operator).setSeats(
                house.seats([.row("C", "1", 1...1, grade: "C", price: 1)]), CallOptions(requestID: .numbered(13)))
            await advance(house)
            guard case .map(let changed) = try await items.next()?.news else {
                Issue.record("no map came after the layout had changed")
                return
            }
            #expect(changed.layoutVersion == map.layoutVersion + 1)
            #expect(changed.sold == [0, 1])
        }
    }

    @Test func `a stream ends when its pass expires`() async throws {
        try await House.with(.memory) {
            $0.roomID = RoomID.hall.bytes
        } _: { house in
            var items = house.calls(of: .alice).watchSeats(
                WatchSeatsRequest(
                    concertID: house.concert.bytes, scheduleID: house.schedule.bytes,
                    pass: house.pass(of: .alice, until: .noon + .milliseconds(250)))
            ).makeAsyncIterator()
            _ = try await items.next()
            await advance(house)
            let failure = await #expect(throws: RPCFailure.self) { _ = try await items.next() }
            #expect(failure?.reason == "PASS_REFUSED")
        }
    }

    /// Advances the clock when the stream sleeps between two polls.
    private func advance(_ house: House) async {
        while house.clock.sleeperCount == 0 { await Task.yield() }
        house.clock.advance(by: .milliseconds(250))
    }

    private func changes(
        _ items: inout ItemStream<WatchSeatsRequest, WatchSeatsItem>.Iterator, _ house: House
    ) async throws -> SeatChanges? {
        await advance(house)
        guard case .changes(let changes) = try await items.next()?.news else { return nil }
        return changes
    }

    @Test(arguments: Engine.available)
    func `the sweep records expiry and frees the seats`(engine: Engine) async throws {
        try await House.with(engine) { house in
            let mine = try await house.reserve("A-1-1", "A-1-2", as: .alice, number: 10)
            let other = try await house.reserve("B-1-1", as: .user(1), number: 12)
            house.clock.advance(by: .minutes(5))
            _ = try await house.reserve("A-1-1", as: .bob, number: 11)
            try await house.service.run("sweep")
            let states = try await house.service.instances[0].database.read { reader in
                try reader.rows("select state from seat where label in ('A-1-1', 'A-1-2', 'B-1-1') order by label") {
                    row in try row.int(0)
                }
            }
            #expect(states == [1, 0, 0])
            #expect(try await house.show(other, as: .user(1)).state == .expired)
            #expect(try await house.show(mine, as: .alice).state == .expired)
        }
    }
}
