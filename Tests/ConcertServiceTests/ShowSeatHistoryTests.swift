import ConcertAPI
import Kernel
import RPC
import TestSupport
import Testing

@Suite struct ShowSeatHistoryTests {
    struct Accepts {
        @Test(arguments: Engine.available)
        func `the same seat on another date has its own history`(engine: Engine) async throws {
            try await House.with(engine) { house in
                let calls = house.calls(of: .operator)
                var settings = ScheduleSettings.tonight
                settings.name = "tomorrow"
                let add = AddScheduleRequest(concertID: house.concert, settings: settings)
                let added = try await calls.addSchedule(add, CallOptions(requestID: .numbered(4))).schedule
                let tomorrow = House(
                    service: house.service, concert: house.concert,
                    schedule: added.scheduleID)
                _ = try await calls.setSeats(
                    tomorrow.seats([.row("A", "1", 1...1, grade: "A", price: 4500)]),
                    CallOptions(requestID: .numbered(5)))
                let held = try await tomorrow.reserve("A-1-1", as: .alice, number: 10)
                #expect(
                    try await tomorrow.history(of: "A-1-1").claims.map { $0.reservation.reservationID }
                        == [held.reservationID])
                let history = try await house.history(of: "A-1-1")
                #expect(history.state == .free && history.claims.isEmpty)
            }
        }

        @Test(arguments: Engine.available)
        func `the history has the holders, the times and the reasons`(engine: Engine) async throws {
            try await House.with(engine) { house in
                let lapsed = try await house.reserve("A-1-1", as: .alice, number: 10)
                house.clock.advance(by: .minutes(5))
                let returned = try await house.reserve("A-1-1", "A-1-2", as: .bob, number: 11)
                _ = try await house.confirm(returned, payment: 12, user: .bob)
                house.clock.advance(by: .minutes(1))
                _ = try await house.cancel(returned, as: .operator, number: 13, reason: "storm")
                _ = try await house.reserve("A-1-10", as: .alice, number: 14)
                let history = try await house.history(of: "A-1-1")
                #expect(history.state == .free)
                #expect(history.claims.map(\.userID) == [UserID.alice, UserID.bob])
                #expect(history.claims.map { $0.reservation.state } == [.expired, .returned])
                #expect(history.claims.first?.reservation.endedAt == lapsed.deadline)
                #expect(history.claims.last?.reservation.endedAt == Timestamp.noon.later(.minutes(6)))
                #expect(history.claims.last?.returnReason == "storm")
            }
        }
    }

    struct Parts {
        @Test(arguments: Engine.available)
        func `a seat that was returned alone has the time of its return, and the other seat has none`(
            engine: Engine
        ) async throws {
            try await House.with(engine) { house in
                let sold = try await house.sold("A-1-1", "A-1-2")
                house.clock.advance(by: .minutes(1))
                _ = try await house.calls(of: .alice).cancelTickets(
                    CancelTicketsRequest(
                        concertID: house.concert, reservationID: sold.reservationID, seats: ["A-1-2"], reason: "ill"),
                    CallOptions(requestID: .numbered(20)))
                let returned = try #require(try await house.history(of: "A-1-2").claims.first)
                #expect(returned.returnedAt == Timestamp.noon.later(.minutes(1)) && returned.returnReason == "ill")
                #expect(try await house.history(of: "A-1-1").claims.first?.returnedAt == nil)
            }
        }
    }

    struct Times {
        @Test(arguments: Engine.available)
        func `a seat has the times of its creation, and of its latest change or claim`(engine: Engine) async throws {
            try await House.with(engine) { house in
                let new = try await house.history(of: "A-1-1")
                #expect(new.createdAt == .noon && new.updatedAt == .noon)
                house.clock.advance(by: .minutes(1))
                _ = try await house.calls(of: .operator).blockSeats(
                    house.block(1...1), CallOptions(requestID: .numbered(9)))
                #expect(try await house.history(of: "A-1-1").updatedAt == Timestamp.noon.later(.minutes(1)))
                house.clock.advance(by: .minutes(1))
                _ = try await house.reserve("A-1-2", as: .alice, number: 10)
                let held = try await house.history(of: "A-1-2")
                #expect(held.createdAt == .noon && held.updatedAt == Timestamp.noon.later(.minutes(2)))
            }
        }
    }

    struct Refuses {
        @Test(arguments: Engine.available)
        func `a seat that does not exist is refused, and so is an invalid name`(engine: Engine) async throws {
            try await House.with(engine) { house in
                await expectRefusal("SEAT_UNKNOWN") { try await house.history(of: "Z-1-1") }
                await expectRefusal("INVALID_FIELD") { try await house.history(of: "A--1") }
            }
        }
    }
}
