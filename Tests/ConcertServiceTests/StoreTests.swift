import ConcertAPI
import ConcertDomain
import Database
import Kernel
import RPC
import TestSupport
import Testing

@testable import ConcertService

/// A step conflicts and writes nothing if another transaction has changed the row since the decision.
@Suite struct StoreTests {
    private func reservation(_ id: UInt64, in house: House) async throws -> Reservation {
        try await house.service.instances[0].database.read { reader in
            try ReservationTable.require(ReservationID.numbered(id), of: house.concert, for: nil, reader)
        }
    }

    @Test(arguments: Engine.available)
    func `a reservation leaves each state once`(engine: Engine) async throws {
        try await House.with(engine) { house in
            let database = house.service.instances[0].database
            let held = try await house.reserve("A-1-1", as: .alice, number: 10)
            let old = try await reservation(10, in: house)
            #expect(try await house.confirm(held, payment: 11).outcome == .confirmed)
            let isRefused = try await database.conflicts { tx in
                var released = old
                _ = try released.release(now: .noon)
                try ReservationTable.save(released, was: old, tx)
            }
            #expect(isRefused)
            #expect(try await house.show(held, as: .alice).state == .sold)
        }
    }

    @Test(arguments: Engine.available)
    func `a hold expires at its deadline, and a sale never does`(engine: Engine) async throws {
        try await House.with(engine) { house in
            let sold = try await house.reserve("A-1-1", as: .alice, number: 10)
            #expect(try await house.confirm(sold, payment: 11).outcome == .confirmed)
            _ = try await house.reserve("A-1-2", as: .alice, number: 12)
            for (pause, state) in [
                (Duration.minutes(5) - .milliseconds(1), Reservation.State.held), (.milliseconds(1), .expired),
            ] {
                house.clock.advance(by: pause)
                try await house.service.instances[0].database.transaction { tx in
                    for id in [10, 12] as [UInt64] {
                        let reservation = ReservationID.numbered(id)
                        try ReservationTable.expire(
                            try ReservationTable.require(reservation, of: house.concert, for: nil, tx), tx)
                    }
                }
                #expect(try await reservation(10, in: house).state == .sold)
                let other = try await reservation(12, in: house)
                #expect(other.state == state && other.endedAt == (state == .held ? nil : other.deadline))
            }
        }
    }

    @Test(arguments: Engine.available)
    func `a ticket leaves its first state once`(engine: Engine) async throws {
        try await House.with(engine) { house in
            let database = house.service.instances[0].database
            let held = try await house.reserve("A-1-1", as: .alice, number: 10)
            _ = try await house.confirm(held, payment: 11)
            let sold = try await reservation(10, in: house)
            let old = try #require(try await database.read { try TicketTable.all(of: sold, $0).first })
            let schedule = try await database.read { try ScheduleTable.require(house.schedule, of: house.concert, $0) }
            let use = { @Sendable (tx: Transaction) in
                var ticket = old
                _ = try ticket.use(by: .numbered(20), now: .noon)
                try TicketTable.save(ticket, was: old, tx)
            }
            #expect(try await !database.conflicts(use))
            #expect(try await database.conflicts(use))
            let isCancelled = try await database.conflicts { tx in
                var (reservation, tickets) = (sold, [old])
                _ = try reservation.giveBack(
                    ReturnRequest(.numbered(21), by: .operator, of: nil), of: &tickets, on: schedule,
                    now: .noon)
                try TicketTable.save(tickets[0], was: old, tx)
            }
            #expect(isCancelled)
            #expect(try await house.tickets(of: .alice).map(\.state) == [.used])
        }
    }

    @Test(arguments: Engine.available)
    func `of two returns that read the same reservation, the second conflicts`(engine: Engine) async throws {
        try await House.with(engine) { house in
            let database = house.service.instances[0].database
            let held = try await house.reserve("A-1-1", "A-1-2", as: .alice, number: 10)
            _ = try await house.confirm(held, payment: 11)
            let old = try await reservation(10, in: house)
            let oldTickets = try await database.read { try TicketTable.all(of: old, $0) }
            let schedule = try await database.read { try ScheduleTable.require(house.schedule, of: house.concert, $0) }
            let giveBack = { @Sendable (seat: String) in
                try await database.conflicts { tx in
                    var (reservation, tickets) = (old, oldTickets)
                    let request = ReturnRequest(.numbered(21), by: .operator, of: [SeatLabel(stored: seat)])
                    _ = try reservation.giveBack(request, of: &tickets, on: schedule, now: .noon)
                    try ReservationTable.save(reservation, was: old, tx)
                }
            }
            let areConflicts = [try await giveBack("A-1-1"), try await giveBack("A-1-2")]
            #expect(areConflicts == [false, true])
            #expect(try await reservation(10, in: house).returnedSeats == [SeatLabel(stored: "A-1-1")])
        }
    }

    @Test(arguments: Engine.available)
    func `a check-in that was undone and repeated is not undone by an older decision`(engine: Engine) async throws {
        try await House.with(engine) { house in
            let database = house.service.instances[0].database
            let shown = try await house.ticket("A-1-1")
            let calls = house.calls(of: .operator)
            _ = try await house.checkIn(shown.code, number: 20)
            let id = shown.ticket.ticketID
            let old = try #require(try await database.read { try TicketTable.find(id, of: house.concert, $0) })
            let undo = UndoCheckInRequest(concertID: house.concert, ticketID: id, reason: "mistake")
            _ = try await calls.undoCheckIn(undo, CallOptions(requestID: .numbered(21)))
            _ = try await house.checkIn(shown.code, number: 22)
            let isRefused = try await database.conflicts { tx in
                var ticket = old
                _ = try ticket.undoUse(by: .numbered(23), reason: "late", now: .noon)
                try TicketTable.saveUndo(try #require(ticket.undo), of: ticket, was: old, tx)
            }
            #expect(isRefused)
            #expect(try await house.show(shown.ticket).ticket.state == .used)
        }
    }

    @Test func `the tickets of a reservation are found without those of others`() async throws {
        try await House.with(.memory) { house in
            let plan = try await house.service.instances[0].database.read { reader in
                try reader.rows(
                    "explain query plan \(TicketTable.queryOfReservation)",
                    { $0.bind(house.concert, ReservationID.numbered(10)) }
                ) { row in try row.text(3) }
            }
            #expect(
                plan == ["SEARCH ticket USING INDEX ticket_of_reservation_by_seat (concert_id=? AND reservation_id=?)"])
        }
    }

    @Test(arguments: Engine.available)
    func `a date is changed from its latest version only`(engine: Engine) async throws {
        try await House.with(engine) { house in
            let database = house.service.instances[0].database
            let old = try await database.read { try ScheduleTable.require(house.schedule, of: house.concert, $0) }
            let change = { @Sendable (tx: Transaction) in
                var schedule = old
                _ = try schedule.configure(old.settings, version: old.version, by: .numbered(20), now: .noon)
                _ = try ScheduleTable.save(schedule, was: old, tx)
            }
            #expect(try await !database.conflicts(change))
            #expect(try await database.conflicts(change))
        }
    }

    @Test(arguments: Engine.available)
    func `a batch of many seats is claimed once`(engine: Engine) async throws {
        try await House.with(engine) { house in
            let database = house.service.instances[0].database
            let progress = try #require(
                try await database.read { try SeatChangeTable.find(.numbered(3), in: house.concert, $0) })
            let take = { @Sendable (tx: Transaction) in
                try SeatChangeTable.take(
                    upTo: progress.done + 1, after: progress, of: .numbered(3), in: house.concert, tx)
            }
            #expect(try await !database.conflicts(take))
            #expect(try await database.conflicts(take))
        }
    }

    @Test(arguments: Engine.available)
    func `a decision is inserted once, and a sale is never deleted`(engine: Engine) async throws {
        try await House.with(engine) { house in
            let database = house.service.instances[0].database
            let (payment, reservation) = (PaymentID(high: 8, low: 1), ReservationID(high: 7, low: 1))
            let sale = Decision(payment, for: reservation, .confirmed, at: .noon)
            let abort = Decision(payment, for: reservation, .aborted(.requested), at: .noon)
            let concert = house.concert
            let isNew = try await database.transaction { tx in
                try [sale, abort].map { try DecisionTable.insert([$0], in: concert, tx).all() }
            }
            #expect(isNew == [[payment], []])
            try await database.transaction { try DecisionTable.delete(payment, in: concert, $0) }
            #expect(try await database.read { try DecisionTable.find(payment, in: concert, $0) } == sale)
            try await database.transaction { try DecisionTable.settle(abort, in: concert, $0) }
            try await database.transaction { try DecisionTable.delete(payment, in: concert, $0) }
            #expect(try await database.read { try DecisionTable.find(payment, in: concert, $0) } == nil)
        }
    }
}
