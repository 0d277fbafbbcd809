import ConcertAPI
import Database
import Kernel
import RPC
import Telemetry
import TestSupport
import Testing

/// Decisions about payments, with each reason of an abort.
@Suite struct ConfirmTests {
    struct Accepts {
        @Test(arguments: Engine.available)
        func `a payment is confirmed in the last millisecond, and aborted one millisecond later`(engine: Engine)
            async throws
        {
            try await House.with(engine) { house in
                let first = try await house.reserve("A-1-1", "A-1-2", as: .alice, number: 10)
                let second = try await house.reserve("A-1-3", as: .bob, number: 11)
                house.clock.advance(by: .minutes(5) - .milliseconds(1))
                let bought = try await house.confirm(first, payment: 12)
                #expect(bought.outcome == .confirmed)
                #expect(bought.reservationID == first.reservationID)
                #expect(bought.amount == 9000)
                #expect(bought.currency == "EUR")
                house.clock.advance(by: .milliseconds(1))
                let late = try await house.confirm(second, payment: 13, user: .bob)
                #expect(late.outcome == .aborted)
                #expect(late.reason == .holdExpired)
                let tickets = try await house.tickets(of: .alice)
                #expect(tickets.map(\.seat) == ["A-1-1", "A-1-2"])
                let seats = tickets.map { SoldSeat(seat: $0.seat, ticketID: $0.ticketID) }
                #expect(bought.seats == seats && late.seats.isEmpty)
                #expect(try await house.confirm(first, payment: 12) == bought, "also to a repeated call")
                #expect(tickets.allSatisfy { $0.state == .valid && $0.price == 4500 && $0.grade == "A" })
                let map = try await house.map()
                #expect(map.sold == [0, 1])
                #expect(map.held.isEmpty)
            }
        }
    }

    struct Refuses {
        @Test(arguments: Engine.available)
        func `a late payment does not change a seat that another user holds`(engine: Engine) async throws {
            try await House.with(engine) { house in
                let mine = try await house.reserve("A-1-1", "A-1-2", as: .alice, number: 10)
                house.clock.advance(by: .minutes(5))
                let other = try await house.reserve("A-1-1", as: .bob, number: 11)
                let late = try await house.confirm(mine, payment: 12)
                #expect(late.reason == .gone)
                #expect(try await house.show(other, as: .bob).state == .held)
                #expect(try await house.confirm(other, payment: 13, user: .bob).outcome == .confirmed)
                let map = try await house.map()
                #expect(map.sold == [0])
            }
        }

        @Test(arguments: Engine.available)
        func `a payment with another user, amount or currency is aborted and changes nothing else`(engine: Engine)
            async throws
        {
            try await House.with(engine) { house in
                let mine = try await house.reserve("A-1-1", as: .alice, number: 10)
                var (cheap, foreign) = (mine, mine)
                cheap.amount -= 1
                foreign.currency = "USD"
                #expect(try await house.confirm(mine, payment: 11, user: .bob).reason == .mismatch)
                #expect(try await house.confirm(cheap, payment: 12).reason == .mismatch)
                #expect(try await house.confirm(foreign, payment: 13).reason == .mismatch)
                #expect(try await house.show(mine, as: .alice).state == .held)
                #expect(try await house.confirm(mine, payment: 14).outcome == .confirmed)
            }
        }

        @Test(arguments: Engine.available)
        func `released, unknown and sold reservations cannot be bought`(engine: Engine) async throws {
            try await House.with(engine) { house in
                let released = try await house.reserve("A-1-1", as: .alice, number: 10)
                _ = try await house.release(released, as: .alice)
                #expect(try await house.confirm(released, payment: 11).reason == .gone)
                var unknown = released
                unknown.reservationID = .numbered(99)
                #expect(try await house.confirm(unknown, payment: 12).reason == .gone)
                let sold = try await house.sold("A-1-1", number: 13)
                #expect(try await house.confirm(sold, payment: 15).reason == .alreadySold)
            }
        }

        @Test(arguments: Engine.available)
        func `a payment for a reservation with a lost seat is not decided, and the error is counted`(
            engine: Engine
        ) async throws {
            try await House.with(engine) { house in
                let instance = house.service.instances[0]
                let mine = try await house.reserve("A-1-1", "A-1-2", as: .alice, number: 10)
                let taken = try await instance.database.transaction { tx in
                    try tx.executeCounting(
                        "update seat set state = 0, reservation_id = null, until = null where state = 1 and label = $1",
                        "A-1-2")
                }
                #expect(taken == 1)
                let failure = await #expect(throws: RPCFailure.self) { try await house.confirm(mine, payment: 11) }
                #expect(failure?.code == .internal)
                #expect(instance.metrics.prometheusText.contains("\nconcert_broken_invariants_total 1\n"))
                let decisions = try await instance.database.read { reader in
                    try reader.first("select count(*) from decision") { row in try row.int(0) }
                }
                #expect(decisions == 0)
                #expect(try await house.show(mine, as: .alice).state == .held)
                #expect(try await house.tickets(of: .alice).isEmpty)
            }
        }
    }

    struct Retries {
        @Test(arguments: Engine.available)
        func `a late payment gets the same reason each time, and the next payment another one`(
            engine: Engine
        ) async throws {
            try await House.with(engine) { house in
                let sold = try await house.reserve("A-1-2", as: .alice, number: 20)
                #expect(try await house.confirm(sold, payment: 21).outcome == .confirmed)
                let mine = try await house.reserve("A-1-1", as: .alice, number: 10)
                house.clock.advance(by: .minutes(5))
                for _ in 1...2 {
                    let late = try await house.confirm(mine, payment: 11)
                    #expect(late.outcome == .aborted && late.reason == .holdExpired)
                }
                #expect(try await house.confirm(mine, payment: 12).reason == .gone)
                #expect(try await house.abort(mine, payment: 11).reason == .holdExpired)
                #expect(try await house.confirm(sold, payment: 21).outcome == .confirmed)
            }
        }

        @Test(arguments: Engine.available)
        func `a repeated confirm gets the same decision, also after the end of the hold`(
            engine: Engine
        ) async throws {
            try await House.with(engine, instances: engine.instances) { house in
                let mine = try await house.reserve("A-1-1", "A-1-2", as: .alice, number: 10)
                let last = house.service.instances.count - 1
                let answers = try await withThrowingTaskGroup(of: ConcertAPI.Decision.self) { group in
                    for number in 0..<20 {
                        group.addTask { try await house.confirm(mine, payment: 11, instance: number % 2 * last) }
                    }
                    return try await group.reduce(into: []) { $0.append($1) }
                }
                #expect(answers.allSatisfy { $0 == answers[0] && $0.outcome == .confirmed })
                house.clock.advance(by: .hours(1))
                #expect(try await house.confirm(mine, payment: 11) == answers[0])
                let tickets = try await house.tickets(of: .alice)
                #expect(tickets.count == 2)
            }
        }

        @Test(arguments: [Engine.file, .postgreSQL])
        func `decisions survive a restart`(engine: Engine) async throws {
            let database = try TestDatabase(on: engine)
            let clock = ManualClock()
            let mine = try await House.with(engine, database: database, clock: clock) { house in
                let mine = try await house.reserve("A-1-1", as: .alice, number: 10)
                _ = try await house.abort(mine, payment: 11)
                #expect(try await house.confirm(mine, payment: 12).outcome == .confirmed)
                return mine
            }
            try await House.with(engine, database: database, clock: clock) { house in
                let aborted = try await house.confirm(mine, payment: 11)
                #expect(aborted.reason == .requested)
                #expect(try await house.abort(mine, payment: 12).outcome == .confirmed)
                #expect(try await house.show(mine, as: .alice).state == .sold)
            }
        }
    }

    struct Races {
        @Test(arguments: Engine.available)
        func `of simultaneous payments for one reservation, one is confirmed`(engine: Engine) async throws {
            try await House.with(engine, instances: engine.instances) { house in
                let mine = try await house.reserve("A-1-1", as: .alice, number: 10)
                let last = house.service.instances.count - 1
                let answers = try await withThrowingTaskGroup(of: ConcertAPI.Decision.self) { group in
                    for number in 0..<10 {
                        group.addTask {
                            try await house.confirm(mine, payment: UInt64(20 + number), instance: number % 2 * last)
                        }
                    }
                    return try await group.reduce(into: []) { $0.append($1) }
                }
                #expect(answers.count { $0.outcome == .confirmed } == 1)
                #expect(answers.count { $0.reason == .alreadySold } == 9)
            }
        }
    }
}
