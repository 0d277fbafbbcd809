import ConcertAPI
import ConcertDomain
import Database
import Kernel
import RPC
import TestSupport
import Testing

@testable import ConcertService

/// Seats are put on sale, also while users reserve them.
@Suite struct SetSeatsTests {
    struct Accepts {
        @Test(arguments: Engine.available)
        func `the map of the same instance shows a change immediately`(engine: Engine) async throws {
            try await House.with(engine) { house in
                let calls = house.calls(of: .operator)
                let show = ShowSeatsRequest(concertID: house.concert, scheduleID: house.schedule)
                #expect(try await calls.showSeats(show).blocks.count == 3)
                let offer = SeatOffer.row("C", "1", 1...2, grade: "C", price: 100)
                _ = try await calls.setSeats(house.seats([offer]), CallOptions(requestID: .numbered(10)))
                #expect(try await calls.showSeats(show).blocks.count == 4)
            }
        }

        @Test(arguments: Engine.available)
        func `each batch with changes increases the layout version`(engine: Engine) async throws {
            try await House.with(engine) { house in
                let before = try await house.map().layoutVersion
                let calls = house.calls(of: .operator)
                let rows = (1...21).map { SeatOffer.row("H", "\($0)", 1...100, grade: "H", price: 1000) }
                for number in 10...11 as ClosedRange<UInt64> {
                    _ = try await calls.setSeats(house.seats(rows), CallOptions(requestID: .numbered(number)))
                    // The batches have 1000, 1000 and 100 seats.
                    #expect(try await house.map().layoutVersion == before + 3)
                }
            }
        }

        @Test(arguments: Engine.available)
        func `the service compares labels by bytes`(engine: Engine) async throws {
            try await House.with(engine) { house in
                let calls = house.calls(of: .operator)
                let sections = ["\u{e9}", "e\u{301}", "\u{e8}"]
                for (number, section) in sections.enumerated() {
                    _ = try await calls.setSeats(
                        house.seats([.row(section, #"\%_"#, 1...2, grade: "C", price: 100)]),
                        CallOptions(requestID: .numbered(UInt64(10 + number))))
                }
                let map = try await house.map()
                let blocks = map.blocks.filter { $0.grade == "C" }.map { Array($0.seats.section.utf8) }
                #expect(Set(blocks) == Set(sections.map { Array($0.utf8) }))
                let names = sections.map { $0 + #"-\%_-1"# }
                let held = try await house.reserve(names[0], names[1], as: .alice, number: 20)
                #expect(held.seats.count == 2)
                for name in names.prefix(2) {
                    let history = try await house.history(of: name)
                    #expect(history.claims.map { $0.reservation.reservationID } == [held.reservationID])
                }
                #expect(try await house.history(of: names[2]).claims.isEmpty)
            }
        }
    }

    struct Refuses {
        @Test func `a refusal names the invalid field`() async throws {
            try await House.with(.memory) { house in
                for (offer, field) in [
                    (SeatOffer.row("C", "1", 1...1, grade: "", price: 1), "grade"),
                    (.row("C", "1", 1...1, grade: String(repeating: "x", count: 33), price: 1), "grade"),
                    (.row("C", "1", 1...1, grade: "C", price: 1_000_000_000_001), "price"),
                    (.row("C-", "1", 1...1, grade: "C", price: 1), "section"),
                    (.row("C\u{202e}C", "1", 1...1, grade: "C", price: 1), "section"),
                    (.row("C", "1\u{2066}", 1...1, grade: "C", price: 1), "row"),
                    (.row("C", "", 1...1, grade: "C", price: 1), "row"),
                    (.row("C", "1", 0...1, grade: "C", price: 1), "first_number"),
                ] {
                    let failure = await expectRefusal("INVALID_FIELD") {
                        try await house.calls(of: .operator).setSeats(
                            house.seats([offer]), CallOptions(requestID: .numbered(10)))
                    }
                    let violated = failure?.violation?.field.split(separator: ".").last
                    #expect(violated == field[...], "\(failure?.message ?? "")")
                }
                let grades = try await house.map().blocks.map(\.grade)
                #expect(!grades.contains("C"), "nothing changed")
            }
        }

        @Test(arguments: Engine.available)
        func `a seat named twice is refused, and so are more than 200000 seats`(engine: Engine) async throws {
            try await House.with(engine) { house in
                let calls = house.calls(of: .operator)
                await expectRefusal("INVALID_FIELD") {
                    try await calls.setSeats(
                        house.seats([
                            .row("A", "1", 1...2, grade: "A", price: 1), .row("A", "1", 2...3, grade: "A", price: 1),
                        ]),
                        CallOptions(requestID: .numbered(16)))
                }
                await expectRefusal("INVALID_FIELD") {
                    try await calls.setSeats(
                        house.seats([
                            .row("A", "1", 1...99_999, grade: "A", price: 1),
                            .row("A", "2", 1...99_999, grade: "A", price: 1),
                            .row("A", "3", 1...99_999, grade: "A", price: 1),
                        ]), CallOptions(requestID: .numbered(17)))
                }
            }
        }
    }

    struct Retries {
        @Test(arguments: Engine.available)
        func `only free seats change, and a repeated request changes nothing`(engine: Engine) async throws {
            try await House.with(engine) { house in
                let calls = house.calls(of: .operator)
                let held = try await house.reserve("A-1-1", as: .alice, number: 10)
                let offers = house.seats([.row("A", "1", 1...12, grade: "VIP", price: 9900)])
                for _ in 1...2 {
                    let reply = try await calls.setSeats(offers, CallOptions(requestID: .numbered(11)))
                    #expect(reply.counts == SeatChangeCounts(added: 2, changed: 9, kept: 1))
                }
                let cheaper = house.seats([.row("A", "1", 12...12, grade: "VIP", price: 100)])
                _ = try await calls.setSeats(cheaper, CallOptions(requestID: .numbered(12)))
                _ = try await calls.setSeats(offers, CallOptions(requestID: .numbered(11)))
                #expect(try await house.reserve("A-1-12", as: .bob, number: 13).amount == 100)
                #expect(try await house.reserve("A-1-2", as: .bob, number: 14).amount == 9900)
                #expect(try await house.confirm(held, payment: 15).amount == 4500)
                let map = try await house.map()
                let vip = map.blocks.filter { $0.seats.row == "1" && $0.seats.section == "A" }
                #expect(vip.map(\.price) == [4500, 9900, 100])
                #expect(vip.map(\.firstIndex) == [0, 1, 11])
            }
        }

        @Test(arguments: Engine.available)
        func `each request keeps its own counts`(engine: Engine) async throws {
            try await House.with(engine) { house in
                let calls = house.calls(of: .operator)
                for _ in 1...2 {
                    for (number, last) in [(10, 2), (11, 5)] as [(UInt64, UInt32)] {
                        let offer = SeatOffer.row("C", "\(number)", 1...last, grade: "C", price: 100)
                        let reply = try await calls.setSeats(
                            house.seats([offer]), CallOptions(requestID: .numbered(number)))
                        #expect(reply.counts == SeatChangeCounts(added: UInt64(last), changed: 0, kept: 0))
                    }
                }
            }
        }
    }

    struct Races {
        /// Another instance, whose clock is behind, could sell the seat for the earlier price.
        @Test(arguments: Engine.available)
        func `a new price of a seat ends the lapsed hold on it`(engine: Engine) async throws {
            try await House.with(engine) { house in
                let held = try await house.reserve("A-1-1", as: .alice, number: 10)
                house.clock.advance(by: .minutes(5))
                let offers = house.seats([.row("A", "1", 1...1, grade: "VIP", price: 9900)])
                _ = try await house.calls(of: .operator).setSeats(offers, CallOptions(requestID: .numbered(11)))
                let stored = try await house.service.instances[0].database.read {
                    try ReservationTable.find(held.reservationID, of: house.concert, $0)
                }
                #expect(stored?.state == .expired)
            }
        }

        @Test func `a seat that is reserved during the change keeps its price`() async throws {
            try await House.with(.postgreSQL) { house in
                let dearer = house.seats([.row("A", "1", 1...1, grade: "VIP", price: 9900)])
                let admin = house.calls(of: .operator)
                let deadline = Timestamp.noon + .minutes(5)
                // Reserves the seat as another instance would.
                try await HeldRows.with(house.service.instances[0].database) { tx in
                    try tx.execute(
                        "update seat set state = 1, reservation_id = $1, until = $2 where label = 'A-1-1'",
                        ReservationID(high: 7, low: 1), deadline)
                } while: { rows in
                    let set = Task { try await admin.setSeats(dearer, CallOptions(requestID: .numbered(11))) }
                    try await rows.waiting(1)
                    rows.release()
                    #expect(try await set.value.counts == SeatChangeCounts(added: 0, changed: 0, kept: 1))
                }
                let seat = try await house.history(of: "A-1-1")
                #expect(seat.state == .held && seat.price == 4500 && seat.grade == "A")
            }
        }

        @Test func `a request sent twice simultaneously counts each batch once`() async throws {
            try await House.with(.postgreSQL, instances: 2) { house in
                let rows = (1...6).map { SeatOffer.row("H", "\($0)", 1...100, grade: "H", price: 1000) }
                let request = house.seats(rows)
                let options = CallOptions(timeout: .minutes(1), requestID: .numbered(10))
                let calls = (0..<2).map { house.calls(of: .operator, instance: $0) }
                let all = SeatChangeCounts(added: 600, changed: 0, kept: 0)
                #expect(try await calls[0].setSeats(request, options).counts == all)
                // The state of a program that was killed after the first 500 seats.
                let database = house.service.instances[0].database
                try await database.transaction { tx in
                    try tx.execute("update seat_change set done = 500, added = 500 where added = 600")
                    try tx.execute("delete from seat where label in (select label from seat where label >= 'H-6')")
                    // Stops both requests between their read and their write. A locked row would stop them before the read.
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

        @Test(arguments: [Engine.file, .postgreSQL])
        func `thousands of seats are added once, in batches, while users reserve`(engine: Engine) async throws {
            try await House.with(engine) { house in
                let rows = (1...50).map { SeatOffer.row("H", "\($0)", 1...100, grade: "H", price: 1000) }
                let calls = house.calls(of: .operator)
                let request = house.seats(rows)
                async let one = calls.setSeats(request, CallOptions(timeout: .minutes(1), requestID: .numbered(10)))
                async let double = calls.setSeats(request, CallOptions(timeout: .minutes(1), requestID: .numbered(10)))
                for number in 1...20 as ClosedRange<UInt64> {
                    let options = CallOptions(timeout: .minutes(1), requestID: .numbered(100 + number))
                    _ = try await house.calls(of: .user(Int(number))).reserveSeats(house.request(["A-1-1"]), options)
                    house.clock.advance(by: .minutes(2))
                    house.clock.advance(by: .minutes(3))
                    guard house.clock.now < .noon + .minutes(59) else { break }
                }
                let replies = try await (one, double)
                #expect(replies.0.counts == SeatChangeCounts(added: 5000, changed: 0, kept: 0))
                #expect(replies.1 == replies.0)
                let map = try await house.map()
                #expect(map.blocks.count == 53)
            }
        }
    }
}
