import ConcertAPI
import Kernel
import RPC
import TestSupport
import Testing

@Suite struct ShowSeatsTests {
    struct Accepts {
        @Test(arguments: Engine.available)
        func `a map is at most a quarter of a second old`(engine: Engine) async throws {
            try await House.with(engine) { house in
                let calls = house.calls(of: .alice)
                let empty = try await calls.showSeats(house.seatsRequest())
                #expect(empty.held.isEmpty)
                #expect(empty.blocks.map { $0.seats.row } == ["1", "2", "1"])
                _ = try await house.reserve("A-1-1", as: .alice, number: 10)
                house.clock.advance(by: .milliseconds(250))
                let map = try await calls.showSeats(house.seatsRequest(known: empty.layoutVersion))
                #expect(map.held == [0])
                #expect(map.blocks.isEmpty)
                house.clock.advance(by: .minutes(5))
                let later = try await calls.showSeats(house.seatsRequest())
                #expect(later.held.isEmpty)
            }
        }

        @Test(arguments: Engine.available)
        func `free seats have their names, in pages of 10000`(engine: Engine) async throws {
            try await House.with(engine) { house in
                _ = try await house.reserve("A-1-1", as: .alice, number: 10)
                house.clock.advance(by: .milliseconds(250))
                var request = house.seatsRequest()
                request.withFreeSeats = true
                let calls = house.calls(of: .operator)
                let map = try await calls.showSeats(request)
                #expect(map.freeSeats.count == 29 && map.freeSeats.first == "A-1-2" && map.nextFreeIndex == 0)
                let many = SeatOffer.row("", "", 1...10_000, grade: "Z", price: 1)
                _ = try await calls.setSeats(
                    house.seats([many]), CallOptions(timeout: .minutes(1), requestID: .numbered(11)))
                let first = try await calls.showSeats(request)
                #expect(first.freeSeats.count == 10_000)
                request.firstFreeIndex = first.nextFreeIndex
                let second = try await calls.showSeats(request)
                #expect(second.freeSeats.count == 29 && second.nextFreeIndex == 0)
                #expect(Set(first.freeSeats + second.freeSeats).count == 10_029)
                request.firstFreeIndex = .max
                #expect(try await calls.showSeats(request).freeSeats.isEmpty)
                #expect(try await calls.showSeats(house.seatsRequest()).freeSeats.isEmpty)
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
                #expect(try await calls.showSeats(house.seatsRequest()).held == [21])
                let concert = house.concert
                let dates = try await calls.listSchedules(ListSchedulesRequest(concertID: concert)).schedules
                #expect(dates.map(\.counts) == [SeatCounts(free: 29, held: 1, sold: 0, blocked: 0)])
                let lines = try await calls.salesReport(SalesReportRequest(concertID: concert)).lines
                #expect(lines.map { $0.counts?.held } == [0, 1])
                let history = [try await house.history(of: "B-1-1"), try await house.history(of: "B-1-2")]
                #expect(history.map(\.state) == [.free, .held])
            }
        }
    }

    struct Refuses {
        @Test func `the map of a date with a room needs a pass, except for operators`() async throws {
            try await House.with(.memory) {
                $0.roomID = RoomID.hall
            } _: { house in
                await expectRefusal("PASS_MISSING") {
                    try await house.calls(of: .alice).showSeats(house.seatsRequest())
                }
                let pass = house.pass(of: .alice, until: .noon + .minutes(2))
                _ = try await house.calls(of: .alice).showSeats(house.seatsRequest(pass: pass))
                _ = try await house.calls(of: .operator).showSeats(house.seatsRequest())
            }
        }
    }
}
