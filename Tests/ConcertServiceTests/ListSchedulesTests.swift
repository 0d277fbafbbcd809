import ConcertAPI
import Kernel
import RPC
import TestSupport
import Testing

@Suite struct ListSchedulesTests {
    struct Accepts {
        @Test(arguments: Engine.available)
        func `dates are ordered by start and have counts of their seats`(engine: Engine) async throws {
            try await House.with(engine) { house in
                var earlier = ScheduleSettings.tonight
                earlier.name = "afternoon"
                earlier.startsAt = earlier.startsAt.map { $0 - .hours(1) }
                _ = try await house.calls(of: .operator).addSchedule(
                    AddScheduleRequest(concertID: house.concert, settings: earlier),
                    CallOptions(requestID: .numbered(4)))
                _ = try await house.confirm(try await house.reserve("A-1-1", as: .alice, number: 10), payment: 11)
                _ = try await house.reserve("A-1-2", "A-1-3", as: .bob, number: 12)
                _ = try await house.calls(of: .operator).blockSeats(
                    BlockSeatsRequest(
                        concertID: house.concert, scheduleID: house.schedule,
                        seats: [.row("A", "2", 1...3)],
                        reason: "camera"), CallOptions(requestID: .numbered(13)))
                let calls = house.calls(of: nil)
                let all = try await calls.listSchedules(ListSchedulesRequest(concertID: house.concert)).schedules
                #expect(all.map { $0.settings.name } == ["afternoon", "tonight"])
                #expect(all.last?.counts == SeatCounts(free: 24, held: 2, sold: 1, blocked: 3))
                // The counts can be one second old.
                _ = try await house.reserve("A-1-4", as: .bob, number: 14)
                house.clock.advance(by: .seconds(1))
                let later = try await calls.listSchedules(ListSchedulesRequest(concertID: house.concert))
                    .schedules
                #expect(later.last?.counts == SeatCounts(free: 23, held: 3, sold: 1, blocked: 3))
                house.clock.advance(by: .minutes(5))
                let left = try await calls.listSchedules(
                    ListSchedulesRequest(concertID: house.concert, onlyWithFreeSeats: true)
                ).schedules
                #expect(left.map { $0.settings.name } == ["tonight"])
                #expect(left.first?.counts == SeatCounts(free: 26, held: 0, sold: 1, blocked: 3))
                let named = try await calls.listSchedules(
                    ListSchedulesRequest(concertID: house.concert, name: "afternoon"))
                #expect(named.schedules.count == 1)
            }
        }

        @Test(arguments: Engine.available)
        func `an available date is on sale now and has a free seat`(engine: Engine) async throws {
            try await House.with(engine) { house in
                var later = ScheduleSettings.tonight
                later.name = "later"
                later.saleOpensAt = later.saleOpensAt.map { $0 + .minutes(30) }
                let added = try await house.calls(of: .operator).addSchedule(
                    AddScheduleRequest(concertID: house.concert, settings: later),
                    CallOptions(requestID: .numbered(4)))
                let another = House(
                    service: house.service, concert: house.concert, schedule: added.schedule.scheduleID)
                let seat = SeatOffer.row("A", "1", 1...1, grade: "A", price: 1)
                _ = try await house.calls(of: .operator).setSeats(
                    another.seats([seat]), CallOptions(requestID: .numbered(5)))
                let request = ListSchedulesRequest(concertID: house.concert, onlyAvailable: true)
                func available() async throws -> [String] {
                    house.clock.advance(by: .seconds(1))
                    return try await house.calls(of: nil).listSchedules(request).schedules.map(\.settings.name)
                }
                #expect(try await available() == ["tonight"])
                house.clock.advance(by: .minutes(30))
                #expect(Set(try await available()) == ["tonight", "later"])
                _ = try await another.reserve("A-1-1", as: .alice, number: 10)
                #expect(try await available() == ["tonight"])
                house.clock.advance(by: .minutes(30))
                #expect(try await available() == [])
            }
        }

        @Test(arguments: Engine.available)
        func `a date has the times of its creation and of its latest change`(engine: Engine) async throws {
            try await House.with(engine) { house in
                let list = ListSchedulesRequest(concertID: house.concert)
                let date = try #require(try await house.calls(of: nil).listSchedules(list).schedules.first)
                #expect(date.createdAt == .noon && date.updatedAt == .noon)
                house.clock.advance(by: .minutes(1))
                let change = ConfigureScheduleRequest(
                    concertID: house.concert, scheduleID: house.schedule, settings: date.settings, version: 1)
                _ = try await house.calls(of: .operator).configureSchedule(
                    change, CallOptions(requestID: .numbered(4)))
                let changed = try #require(try await house.calls(of: nil).listSchedules(list).schedules.first)
                #expect(changed.createdAt == .noon && changed.updatedAt == Timestamp.noon.later(.minutes(1)))
            }
        }
    }

    struct Refuses {
        @Test func `the dates of a concert with a browse room need a pass`() async throws {
            try await House.with(.memory) { house in
                var secret = CreateConcertRequest.moonTour
                secret.name = "secret"
                secret.browseRoomID = RoomID.hall
                let concert = try await house.calls(of: .operator).createConcert(
                    secret, CallOptions(requestID: .numbered(4)))
                let id = concert.concert.concertID
                await expectRefusal("PASS_MISSING") {
                    try await house.calls(of: .alice).listSchedules(ListSchedulesRequest(concertID: id))
                }
                let pass = house.pass(of: .alice, until: .noon + .minutes(1))
                _ = try await house.calls(of: .alice).listSchedules(ListSchedulesRequest(concertID: id, pass: pass))
                await expectRefusal("PASS_REFUSED") {
                    try await house.calls(of: .bob).listSchedules(ListSchedulesRequest(concertID: id, pass: pass))
                }
                _ = try await house.calls(of: .operator).listSchedules(ListSchedulesRequest(concertID: id))
            }
        }

        @Test func `an unknown concert is refused`() async throws {
            try await House.with(.memory) { house in
                await expectRefusal("CONCERT_UNKNOWN") {
                    try await house.calls(of: nil).listSchedules(
                        ListSchedulesRequest(concertID: ConcertID(high: 0xdead, low: 1)))
                }
            }
        }
    }
}
