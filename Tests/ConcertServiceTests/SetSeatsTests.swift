import ConcertAPI
import Database
import Kernel
import RPC
import TestSupport
import Testing

/// Seats are put on sale while others use them.
@Suite struct SetSeatsTests {
    @Test func `a seat that is reserved meanwhile keeps its price`() async throws {
        try await House.with(.postgreSQL) { house in
            let dearer = house.seats([.row("A", "1", 1...1, grade: "VIP", price: 9900)])
            let admin = house.calls(of: .operator)
            let deadline = Timestamp.noon + .minutes(5)
            // As another instance reserves it.
            try await HeldRows.with(house.service.instances[0].database) { tx in
                try tx.execute(
                    "update seat set state = 1, reservation_id = $1, until = $2 where label = 'A-1-1'",
                    ReservationID(high: 7, low: 1), deadline)
            } while: { rows in
                let set = Task { try await admin.setSeats(dearer, CallOptions(requestID: .wish(11))) }
                try await rows.waiting(1)
                rows.release()
                #expect(try await set.value.counts == SeatChangeCounts(added: 0, changed: 0, kept: 1))
            }
            let seat = try await house.history(of: "A-1-1")
            #expect(seat.state == .held && seat.price == 4500 && seat.grade == "A")
        }
    }

    @Test(arguments: Engine.available)
    func `the map shows at once what was set here`(engine: Engine) async throws {
        try await House.with(engine) { house in
            let calls = house.calls(of: .operator)
            let show = ShowSeatsRequest(concertID: house.concert.bytes, scheduleID: house.schedule.bytes)
            #expect(try await calls.showSeats(show).blocks.count == 3)
            let offer = SeatOffer.row("C", "1", 1...2, grade: "C", price: 100)
            _ = try await calls.setSeats(house.seats([offer]), CallOptions(requestID: .wish(10)))
            #expect(try await calls.showSeats(show).blocks.count == 4)
        }
    }

    @Test(arguments: Engine.available)
    func `each request keeps its own counts`(engine: Engine) async throws {
        try await House.with(engine) { house in
            let calls = house.calls(of: .operator)
            for _ in 1...2 {
                for (number, last) in [(10, 2), (11, 5)] as [(UInt64, UInt32)] {
                    let offer = SeatOffer.row("C", "\(number)", 1...last, grade: "C", price: 100)
                    let reply = try await calls.setSeats(house.seats([offer]), CallOptions(requestID: .wish(number)))
                    #expect(reply.counts == SeatChangeCounts(added: UInt64(last), changed: 0, kept: 0))
                }
            }
        }
    }

    @Test func `one request that comes twice at once counts each of its parts once`() async throws {
        try await House.with(.postgreSQL, instances: 2) { house in
            let rows = (1...6).map { SeatOffer.row("H", "\($0)", 1...100, grade: "H", price: 1000) }
            let request = house.seats(rows)
            let options = CallOptions(timeout: .minutes(1), requestID: .wish(10))
            let calls = (0..<2).map { house.calls(of: .operator, instance: $0) }
            let all = SeatChangeCounts(added: 600, changed: 0, kept: 0)
            #expect(try await calls[0].setSeats(request, options).counts == all)
            // As a program leaves it that ends after the first 500 seats.
            let database = house.service.instances[0].database
            try await database.transaction { tx in
                try tx.execute("update seat_change set done = 500, added = 500 where added = 600")
                try tx.execute("delete from seat where label in (select label from seat where label >= 'H-6')")
                // Both requests stop between their read and their write: a held row would stop them before the read.
                try tx.execute(
                    """
                    create function stop() returns trigger language plpgsql as
                        'begin perform pg_advisory_xact_lock_shared(4001); return null; end'
                    """)
                try tx.execute(
                    "create trigger stop before update on seat_change for each statement execute function stop()")
            }
            try await HeldRows.with(database) { tx in
                try tx.execute("select pg_advisory_xact_lock(4001)")
            } while: { rows in
                async let one = calls[0].setSeats(request, options)
                async let two = calls[1].setSeats(request, options)
                try await rows.waiting(2)
                rows.release()
                let replies = try await [one, two]
                #expect(replies.map(\.counts) == [all, all])
            }
            #expect(try await calls[0].setSeats(request, options).counts == all)
        }
    }
}
