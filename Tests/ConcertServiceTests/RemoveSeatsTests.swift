import ConcertAPI
import Kernel
import RPC
import TestSupport
import Testing

@Suite struct RemoveSeatsTests {
    struct Accepts {
        @Test(arguments: Engine.available)
        func `a removal removes free seats, and keeps held, sold and blocked ones`(engine: Engine) async throws {
            try await House.with(engine) { house in
                let before = try await house.map()
                _ = try await house.sold("A-1-1")
                let held = try await house.reserve("A-1-2", as: .bob, number: 20)
                _ = try await house.calls(of: .operator).blockSeats(
                    house.block(3...3), CallOptions(requestID: .numbered(21)))
                let reply = try await house.remove(1...10, number: 22)
                #expect(reply.counts == SeatChangeCounts(added: 0, changed: 7, kept: 3))
                let map = try await house.map()
                #expect(map.layoutVersion > before.layoutVersion)
                #expect(
                    map.blocks.filter { $0.seats.row == "1" && $0.seats.section == "A" }.map(\.seats) == [
                        .row("A", "1", 1...3)
                    ])
                await expectRefusal("SEAT_UNKNOWN") { try await house.reserve("A-1-4", as: .bob, number: 23) }
                #expect(try await house.confirm(held, payment: 24, user: .bob).outcome == .confirmed)
            }
        }

        @Test(arguments: Engine.available)
        func `a seat whose hold has lapsed is free, and the hold can no longer be sold`(engine: Engine) async throws {
            try await House.with(engine) { house in
                let lapsed = try await house.reserve("A-1-1", "A-1-2", as: .alice, number: 20)
                house.clock.advance(by: .minutes(5))
                #expect(try await house.remove(1...1, number: 21).counts.changed == 1)
                #expect(try await house.show(lapsed, as: .alice).state == .expired)
                #expect(try await house.confirm(lapsed, payment: 22).outcome == .aborted)
                #expect(try await house.reserve("A-1-2", as: .bob, number: 23).state == .held)
            }
        }

        @Test(arguments: Engine.available)
        func `a removed seat can be added again`(engine: Engine) async throws {
            try await House.with(engine) { house in
                _ = try await house.remove(1...1, number: 20)
                let offer = SeatOffer.row("A", "1", 1...1, grade: "B", price: 10)
                let set = house.seats([offer])
                let counts = try await house.calls(of: .operator).setSeats(set, CallOptions(requestID: .numbered(21)))
                #expect(counts.counts.added == 1)
                #expect(try await house.reserve("A-1-1", as: .alice, number: 22).amount == 10)
            }
        }

        @Test(arguments: Engine.available)
        func `no removed seat is chosen, although the cached map still has it`(engine: Engine) async throws {
            try await House.with(engine, instances: engine.instances) { house in
                let last = house.service.instances.count - 1
                let calls = house.calls(of: .alice, instance: last)
                _ = try await calls.showSeats(house.seatsRequest())
                let all = RemoveSeatsRequest(
                    concertID: house.concert, scheduleID: house.schedule, seats: [.row("B", "1", 1...9)])
                _ = try await house.calls(of: .operator).removeSeats(all, CallOptions(requestID: .numbered(20)))
                let reply = try await calls.reserveSeats(house.best(1, "B"), CallOptions(requestID: .numbered(21)))
                #expect(reply.reservation.seats == ["B-1-10"])
            }
        }
    }

    struct Refuses {
        @Test(arguments: Engine.available)
        func `a seat that does not exist is refused, and nothing is removed`(engine: Engine) async throws {
            try await House.with(engine) { house in
                await expectRefusal("SEAT_UNKNOWN") { try await house.remove(9...11, number: 20) }
                let held = try await house.reserve("A-1-9", as: .alice, number: 21)
                #expect(held.state == .held)
                await expectRefusal("INVALID_FIELD") { try await house.remove([], number: 22) }
            }
        }
    }

    struct Retries {
        @Test(arguments: Engine.available)
        func `a repeated request gets its counts, another one with its id is refused`(engine: Engine) async throws {
            try await House.with(engine) { house in
                for _ in 1...2 {
                    let counts = try await house.remove(1...5, number: 20).counts
                    #expect(counts == SeatChangeCounts(added: 0, changed: 5, kept: 0))
                }
                await expectRefusal("REQUEST_ID_REUSED") { try await house.remove(6...7, number: 20) }
                await expectRefusal("SEAT_UNKNOWN") { try await house.remove(5...6, number: 21) }
            }
        }
    }

    struct Races {
        @Test(arguments: Engine.available)
        func `simultaneous duplicates remove seats once`(engine: Engine) async throws {
            try await House.with(engine, instances: engine.instances) { house in
                let request = house.removal([.row("A", "1", 1...10)])
                let (one, two) = try await house.twice {
                    try await $0.removeSeats(request, CallOptions(requestID: .numbered(101)))
                }
                #expect(one == two)
                #expect(one.counts == SeatChangeCounts(added: 0, changed: 10, kept: 0))
            }
        }

        @Test(arguments: Engine.available)
        func `a seat is either removed or held`(engine: Engine) async throws {
            try await House.with(engine, instances: engine.instances) { house in
                for number in 1...10 as ClosedRange<UInt64> {
                    async let held = try? house.reserve("A-2-\(number)", as: .user(Int(number)), number: 100 + number)
                    async let removed = house.remove(
                        [.row("A", "2", UInt32(number)...UInt32(number))], number: 200 + number)
                    let (reservation, counts) = try await (held, removed.counts)
                    #expect(counts.changed == (reservation == nil ? 1 : 0), "A-2-\(number)")
                }
            }
        }
    }
}

extension House {
    fileprivate func removal(_ seats: [SeatRange]) -> RemoveSeatsRequest {
        RemoveSeatsRequest(concertID: concert, scheduleID: schedule, seats: seats)
    }

    fileprivate func remove(_ seats: [SeatRange], number: UInt64) async throws -> RemoveSeatsReply {
        try await calls(of: .operator).removeSeats(removal(seats), CallOptions(requestID: .numbered(number)))
    }

    /// Removes seats of row 1 of section A.
    fileprivate func remove(_ numbers: ClosedRange<UInt32>, number: UInt64) async throws -> RemoveSeatsReply {
        try await remove([.row("A", "1", numbers)], number: number)
    }
}
