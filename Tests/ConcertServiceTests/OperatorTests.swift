import ConcertAPI
import Kernel
import RPC
import TestSupport
import Testing

@Suite struct OperatorTests {
    @Test(arguments: Engine.available)
    func `a concert is made once, and its short name is its own`(engine: Engine) async throws {
        try await House.with(engine) { house in
            let calls = house.calls(of: .operator)
            let again = try await calls.createConcert(.moonTour, CallOptions(requestID: .wish(1)))
            #expect(again.concert?.concertID == house.concert.bytes)
            var other = CreateConcertRequest.moonTour
            other.title = "Sun Tour"
            await expectRefusal("REQUEST_ID_REUSED") {
                try await calls.createConcert(other, CallOptions(requestID: .wish(1)))
            }
            await expectRefusal("NAME_TAKEN") {
                try await calls.createConcert(.moonTour, CallOptions(requestID: .wish(4)))
            }
            for (change, field) in [
                ({ $0.name = "Moon Tour" }, "name"), ({ $0.title = "" }, "title"),
                ({ $0.currency = "XXX" }, "currency"),
                ({ $0.host = String(repeating: "x", count: 201) }, "host"),
                ({ $0.browseRoomID = [1] }, "browse_room_id"),
            ] as [((inout CreateConcertRequest) -> Void, String)] {
                var request = CreateConcertRequest.moonTour
                change(&request)
                let failure = await expectRefusal("INVALID_FIELD") {
                    try await calls.createConcert(request, CallOptions(requestID: .wish(5)))
                }
                #expect(failure?.message.hasPrefix(field) == true)
            }
            await expectRefusal("ROLE_NOT_ALLOWED") {
                try await house.calls(of: .alice).createConcert(.moonTour, CallOptions(requestID: .wish(6)))
            }
            let found = try await house.calls(of: nil).listConcerts(ListConcertsRequest(name: "moon-tour"))
            #expect(found.concerts.map(\.title) == ["Moon Tour"])
            let all = try await house.calls(of: nil).listConcerts(ListConcertsRequest())
            #expect(all.concerts == found.concerts)
            #expect(try await house.calls(of: nil).listConcerts(ListConcertsRequest(name: "sun")).concerts.isEmpty)
        }
    }

    @Test(arguments: Engine.available)
    func `a date is added once, and changed only by who has seen it as it is`(engine: Engine) async throws {
        try await House.with(engine) { house in
            let calls = house.calls(of: .operator)
            let add = AddScheduleRequest(concertID: house.concert.bytes, settings: .tonight)
            let added = try #require(try await calls.addSchedule(add, CallOptions(requestID: .wish(2))).schedule)
            #expect(added.scheduleID == house.schedule.bytes)
            #expect(added.settings?.seatsPerUser == 4)
            #expect(added.settings?.holdMs == 300_000)
            await expectRefusal("NAME_TAKEN") { try await calls.addSchedule(add, CallOptions(requestID: .wish(4))) }

            var settings = try #require(added.settings)
            settings.name = "matinee"
            settings.seatsPerUser = 1
            let change = ConfigureScheduleRequest(
                concertID: house.concert.bytes, scheduleID: house.schedule.bytes, settings: settings,
                version: added.version)
            for _ in 1...2 {
                let changed = try await calls.configureSchedule(change, CallOptions(requestID: .wish(5)))
                #expect(changed.schedule?.version == added.version + 1)
            }
            let failure = await expectRefusal("SCHEDULE_CHANGED") {
                try await calls.configureSchedule(change, CallOptions(requestID: .wish(6)))
            }
            #expect(failure?.message.contains("version 2") == true)
            await expectRefusal("TOO_MANY_SEATS") { try await house.reserve("A-1-1", "A-1-2", as: .alice, number: 7) }
            let retried = try await calls.addSchedule(add, CallOptions(requestID: .wish(2)))
            #expect(retried.schedule?.settings?.name == "matinee")
            let tonight = try await calls.addSchedule(add, CallOptions(requestID: .wish(8)))
            #expect(tonight.schedule?.settings?.name == "tonight")
        }
    }

    @Test func `what an operator sets is refused by the name of its field`() async throws {
        try await House.with(.memory) { house in
            let calls = house.calls(of: .operator)
            let noon = Timestamp.noon.later(.zero)
            for (change, field) in [
                ({ $0.name = "To Night" }, "name"), ({ $0.startsAtMs = 0 }, "ends_at_ms"),
                ({ $0.endsAtMs = $0.startsAtMs }, "ends_at_ms"),
                ({ $0.saleClosesAtMs = $0.saleOpensAtMs }, "sale_closes_at_ms"),
                ({ $0.seatsPerUser = 51 }, "seats_per_user"), ({ $0.holdMs = 999 }, "hold_ms"),
                ({ $0.holdMs = 86_400_001 }, "hold_ms"), ({ $0.roomID = [1] }, "room_id"),
            ] as [((inout ScheduleSettings) -> Void, String)] {
                var settings = ScheduleSettings.tonight
                settings.name = "later"
                change(&settings)
                let add = AddScheduleRequest(concertID: house.concert.bytes, settings: settings)
                let failure = await expectRefusal("INVALID_FIELD") {
                    try await calls.addSchedule(add, CallOptions(requestID: .wish(noon)))
                }
                #expect(failure?.message.hasPrefix(field) == true, "\(failure?.message ?? "")")
            }
            for (offer, field) in [
                (SeatOffer.row("C", "1", 1...1, grade: "", price: 1), "grade"),
                (.row("C", "1", 1...1, grade: String(repeating: "x", count: 33), price: 1), "grade"),
                (.row("C", "1", 1...1, grade: "C", price: 1_000_000_000_001), "price"),
                (.row("C-", "1", 1...1, grade: "C", price: 1), "section"),
                (.row("C", "", 1...1, grade: "C", price: 1), "row"),
                (.row("C", "1", 0...1, grade: "C", price: 1), "first_number"),
            ] {
                let failure = await expectRefusal("INVALID_FIELD") {
                    try await calls.setSeats(house.seats([offer]), CallOptions(requestID: .wish(noon)))
                }
                #expect(failure?.message.hasPrefix(field) == true, "\(failure?.message ?? "")")
            }
            let lost = ConcertID(high: 0xdead, low: 1).bytes
            await expectRefusal("CONCERT_UNKNOWN") {
                try await calls.addSchedule(
                    AddScheduleRequest(concertID: lost, settings: .tonight), CallOptions(requestID: .wish(4)))
            }
            await expectRefusal("CONCERT_UNKNOWN") {
                try await calls.listSchedules(ListSchedulesRequest(concertID: lost))
            }
            await expectRefusal("CONCERT_UNKNOWN") {
                try await calls.salesReport(SalesReportRequest(concertID: lost))
            }
        }
    }

    @Test(arguments: Engine.available)
    func `dates are listed in the order of their start, with what is left`(engine: Engine) async throws {
        try await House.with(engine) { house in
            var earlier = ScheduleSettings.tonight
            earlier.name = "afternoon"
            earlier.startsAtMs -= 3_600_000
            _ = try await house.calls(of: .operator).addSchedule(
                AddScheduleRequest(concertID: house.concert.bytes, settings: earlier), CallOptions(requestID: .wish(4)))
            _ = try await house.confirm(try await house.reserve("A-1-1", as: .alice, number: 10), payment: 11)
            _ = try await house.reserve("A-1-2", "A-1-3", as: .bob, number: 12)
            _ = try await house.calls(of: .operator).blockSeats(
                BlockSeatsRequest(
                    concertID: house.concert.bytes, scheduleID: house.schedule.bytes, seats: [.row("A", "2", 1...3)],
                    reason: "camera"), CallOptions(requestID: .wish(13)))
            let calls = house.calls(of: nil)
            let all = try await calls.listSchedules(ListSchedulesRequest(concertID: house.concert.bytes)).schedules
            #expect(all.map { $0.settings?.name } == ["afternoon", "tonight"])
            #expect(all.last?.counts == SeatCounts(free: 24, held: 2, sold: 1, blocked: 3))
            // What changes now is seen a second later.
            _ = try await house.reserve("A-1-4", as: .bob, number: 14)
            house.clock.advance(by: .seconds(1))
            let later = try await calls.listSchedules(ListSchedulesRequest(concertID: house.concert.bytes)).schedules
            #expect(later.last?.counts == SeatCounts(free: 23, held: 3, sold: 1, blocked: 3))
            house.clock.advance(by: .minutes(5))
            let left = try await calls.listSchedules(
                ListSchedulesRequest(concertID: house.concert.bytes, onlyWithFreeSeats: true)
            ).schedules
            #expect(left.map { $0.settings?.name } == ["tonight"])
            #expect(left.first?.counts == SeatCounts(free: 26, held: 0, sold: 1, blocked: 3))
            let named = try await calls.listSchedules(
                ListSchedulesRequest(concertID: house.concert.bytes, name: "afternoon"))
            #expect(named.schedules.count == 1)
        }
    }

    @Test func `a concert may show its dates only to those with a pass of its room`() async throws {
        try await House.with(.memory) { house in
            var secret = CreateConcertRequest.moonTour
            secret.name = "secret"
            secret.browseRoomID = RoomID.hall.bytes
            let concert = try await house.calls(of: .operator).createConcert(secret, CallOptions(requestID: .wish(4)))
            let id = concert.concert?.concertID ?? []
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

    @Test(arguments: Engine.available)
    func `blocked seats are not for sale, and come back when they are unblocked`(engine: Engine) async throws {
        try await House.with(engine) { house in
            let calls = house.calls(of: .operator)
            _ = try await house.reserve("A-1-2", as: .alice, number: 10)
            let block = BlockSeatsRequest(
                concertID: house.concert.bytes, scheduleID: house.schedule.bytes, seats: [.row("A", "1", 1...3)],
                reason: "camera")
            for _ in 1...2 {
                let reply = try await calls.blockSeats(block, CallOptions(requestID: .wish(11)))
                #expect(reply.counts == SeatChangeCounts(added: 0, changed: 2, kept: 1))
            }
            let failure = await expectRefusal("SEAT_BLOCKED") { try await house.reserve("A-1-1", as: .bob, number: 12) }
            #expect(failure?.message == "seat A-1-1 is not for sale: camera")
            let history = try await house.history(of: "A-1-1")
            #expect(history.state == .blocked)
            #expect(history.blockedReason == "camera")
            var unknown = block
            unknown.seats = [.row("A", "1", 9...11)]
            await expectRefusal("SEAT_UNKNOWN") {
                try await calls.blockSeats(unknown, CallOptions(requestID: .wish(13)))
            }
            await expectRefusal("REQUEST_ID_REUSED") {
                try await calls.blockSeats(
                    BlockSeatsRequest(
                        concertID: house.concert.bytes, scheduleID: house.schedule.bytes,
                        seats: [.row("A", "1", 1...3)], reason: "stage"), CallOptions(requestID: .wish(11)))
            }
            house.clock.advance(by: .minutes(5))
            let lapsed = try await calls.blockSeats(block, CallOptions(requestID: .wish(14)))
            #expect(lapsed.counts == SeatChangeCounts(added: 0, changed: 1, kept: 0))
            let unblock = try await calls.unblockSeats(
                UnblockSeatsRequest(
                    concertID: house.concert.bytes, scheduleID: house.schedule.bytes, seats: [.row("A", "1", 1...4)]),
                CallOptions(requestID: .wish(15)))
            #expect(unblock.counts == SeatChangeCounts(added: 0, changed: 3, kept: 0))
            #expect(try await house.reserve("A-1-1", "A-1-2", as: .bob, number: 16).state == .held)
        }
    }

    @Test(arguments: Engine.available)
    func `setting seats changes free ones only, and a retry changes nothing`(engine: Engine) async throws {
        try await House.with(engine) { house in
            let calls = house.calls(of: .operator)
            let held = try await house.reserve("A-1-1", as: .alice, number: 10)
            let offers = house.seats([.row("A", "1", 1...12, grade: "VIP", price: 9900)])
            for _ in 1...2 {
                let reply = try await calls.setSeats(offers, CallOptions(requestID: .wish(11)))
                #expect(reply.counts == SeatChangeCounts(added: 2, changed: 9, kept: 1))
            }
            let cheaper = house.seats([.row("A", "1", 12...12, grade: "VIP", price: 100)])
            _ = try await calls.setSeats(cheaper, CallOptions(requestID: .wish(12)))
            _ = try await calls.setSeats(offers, CallOptions(requestID: .wish(11)))
            #expect(try await house.reserve("A-1-12", as: .bob, number: 13).amount == 100)
            #expect(try await house.reserve("A-1-2", as: .bob, number: 14).amount == 9900)
            #expect(try await house.confirm(held, payment: 15).amount == 4500)
            let map = try await house.map()
            let vip = map.blocks.filter { $0.seats?.row == "1" && $0.seats?.section == "A" }
            #expect(vip.map(\.price) == [4500, 9900, 100])
            #expect(vip.map(\.firstIndex) == [0, 1, 11])
            await expectRefusal("INVALID_FIELD") {
                try await calls.setSeats(
                    house.seats([
                        .row("A", "1", 1...2, grade: "A", price: 1), .row("A", "1", 2...3, grade: "A", price: 1),
                    ]),
                    CallOptions(requestID: .wish(16)))
            }
            await expectRefusal("INVALID_FIELD") {
                try await calls.setSeats(
                    house.seats([
                        .row("A", "1", 1...99_999, grade: "A", price: 1),
                        .row("A", "2", 1...99_999, grade: "A", price: 1),
                        .row("A", "3", 1...99_999, grade: "A", price: 1),
                    ]), CallOptions(requestID: .wish(17)))
            }
        }
    }

    @Test(arguments: [Engine.file, .postgreSQL])
    func `thousands of seats load in parts, once, while others go on reserving`(engine: Engine) async throws {
        try await House.with(engine) { house in
            let rows = (1...50).map { SeatOffer.row("H", "\($0)", 1...100, grade: "H", price: 1000) }
            let calls = house.calls(of: .operator)
            let request = house.seats(rows)
            async let one = calls.setSeats(request, CallOptions(timeout: .minutes(1), requestID: .wish(10)))
            async let double = calls.setSeats(request, CallOptions(timeout: .minutes(1), requestID: .wish(10)))
            for number in 1...20 as ClosedRange<UInt64> {
                let options = CallOptions(timeout: .minutes(1), requestID: .wish(100 + number))
                _ = try await house.calls(of: .user(Int(number))).reserveSeats(house.wish(["A-1-1"]), options)
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

    @Test(arguments: Engine.available)
    func `each part of many seats is another layout, and no change is none`(engine: Engine) async throws {
        try await House.with(engine) { house in
            let before = try await house.map().layoutVersion
            let calls = house.calls(of: .operator)
            let rows = (1...11).map { SeatOffer.row("H", "\($0)", 1...100, grade: "H", price: 1000) }
            for number in 10...11 as ClosedRange<UInt64> {
                _ = try await calls.setSeats(house.seats(rows), CallOptions(requestID: .wish(number)))
                // 500, 500 and 100.
                #expect(try await house.map().layoutVersion == before + 3)
            }
        }
    }

    @Test(arguments: Engine.available)
    func `seats are named by their bytes, however they look`(engine: Engine) async throws {
        try await House.with(engine) { house in
            let calls = house.calls(of: .operator)
            let sections = ["\u{e9}", "e\u{301}", "\u{e8}"]
            for (number, section) in sections.enumerated() {
                _ = try await calls.setSeats(
                    house.seats([.row(section, #"\%_"#, 1...2, grade: "C", price: 100)]),
                    CallOptions(requestID: .wish(UInt64(10 + number))))
            }
            let map = try await house.map()
            let blocks = map.blocks.filter { $0.grade == "C" }.map { Array(($0.seats?.section ?? "").utf8) }
            #expect(Set(blocks) == Set(sections.map { Array($0.utf8) }))
            let names = sections.map { $0 + #"-\%_-1"# }
            let held = try await house.reserve(names[0], names[1], as: .alice, number: 20)
            #expect(held.seats.count == 2)
            for name in names.prefix(2) {
                let history = try await house.history(of: name)
                #expect(history.claims.map { $0.reservation?.reservationID } == [held.reservationID])
            }
            #expect(try await house.history(of: names[2]).claims.isEmpty)
        }
    }

    @Test(arguments: Engine.available)
    func `the report counts seats, tickets and money by date and grade`(engine: Engine) async throws {
        try await House.with(engine) { house in
            let kept = try await house.reserve("A-1-1", "B-1-1", as: .alice, number: 10)
            _ = try await house.confirm(kept, payment: 11)
            let returned = try await house.reserve("A-1-2", as: .bob, number: 12)
            _ = try await house.confirm(returned, payment: 13, user: .bob)
            _ = try await house.cancel(returned, as: .bob, number: 14)
            _ = try await house.reserve("B-1-3", as: .bob, number: 15)
            let report = try await house.calls(of: .operator).salesReport(
                SalesReportRequest(concertID: house.concert.bytes))
            #expect(report.currency == "EUR")
            #expect(report.lines.map(\.grade) == ["A", "B"])
            #expect(report.lines.first?.counts == SeatCounts(free: 19, held: 0, sold: 1, blocked: 0))
            #expect(report.lines.first?.revenue == 4500)
            #expect(report.lines.first?.cancelled == 1)
            #expect(report.lines.first?.refunded == 4500)
            #expect(report.lines.last?.counts == SeatCounts(free: 8, held: 1, sold: 1, blocked: 0))
            #expect(report.lines.last?.revenue == 3000)
        }
    }

    @Test(arguments: Engine.available)
    func `who held or bought a seat, when, and why it came free`(engine: Engine) async throws {
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
            #expect(history.claims.map(\.userID) == [UserID.alice.bytes, UserID.bob.bytes])
            #expect(history.claims.map { $0.reservation?.state } == [.expired, .returned])
            #expect(history.claims.first?.reservation?.endedAtMs == lapsed.deadlineMs)
            #expect(history.claims.last?.reservation?.endedAtMs == Timestamp.noon.later(.minutes(6)))
            #expect(history.claims.last?.returnReason == "storm")
            await expectRefusal("SEAT_UNKNOWN") { try await house.history(of: "Z-1-1") }
        }
    }
}
