import ConcertAPI
import Database
import Kernel
import QueueAPI
import RPC
import TestSupport
import Testing
import WalletAPI
import WalletDomain

@testable import WalletService

/// A paid user's place in the waiting room is finished, so that the next user is admitted.
@Suite struct PassTests {
    /// A date behind a room that admits one user at a time. Alice is admitted and holds a seat.
    private struct Line {
        let queue: QueueClient
        let room: RoomID
        let place: PlaceID
        let reservation: Reservation

        /// Uses the request ids of `number` and the next four.
        init(_ market: Market, number: UInt64 = 50) async throws {
            let admin = QueueClient(market.queue.client(of: .operator))
            let request = CreateRoomRequest(name: "sale-\(number)", limits: RoomLimits(activeLimit: 1))
            room = try await admin.createRoom(request, CallOptions(requestID: .numbered(number))).room.roomID
            _ = try await admin.openRoom(OpenRoomRequest(roomID: room))
            queue = QueueClient(market.queue.client(of: .alice))
            let join = JoinRequest(roomID: room)
            place = try await queue.join(join, CallOptions(requestID: .numbered(number + 1))).place.placeID
            let pass = try await queue.renew(RenewRequest(roomID: room, placeID: place)).pass
            reservation = try await Self.reserve(behind: room, pass, market, number: number + 2)
        }

        private static func reserve(
            behind room: RoomID, _ pass: [UInt8], _ market: Market, number: UInt64
        ) async throws -> Reservation {
            let seller = market.seller(of: .operator)
            let dates = try await market.seller(of: nil).listSchedules(
                ListSchedulesRequest(concertID: market.concertID)
            ).schedules
            var settings = dates[0].settings
            settings.name = "date-\(number)"
            settings.roomID = room
            let schedule = try await seller.addSchedule(
                AddScheduleRequest(concertID: market.concertID, settings: settings),
                CallOptions(requestID: .numbered(number))
            ).schedule.scheduleID
            let offer = SeatOffer(
                seats: SeatRange(firstNumber: 1, lastNumber: 2), grade: "A", price: Market.price)
            _ = try await seller.setSeats(
                SetSeatsRequest(concertID: market.concertID, scheduleID: schedule, offers: [offer]),
                CallOptions(requestID: .numbered(number + 1)))
            let request = ReserveSeatsRequest(
                concertID: market.concertID, scheduleID: schedule, choice: .seats(SeatNames(names: ["1"])), pass: pass)
            let options = CallOptions(requestID: .numbered(number + 2))
            return try await market.seller(of: .alice).reserveSeats(request, options).reservation
        }

        func pass(_ payment: UInt64, due: Timestamp) -> PassTable.Pass {
            PassTable.Pass(
                user: .alice, payment: .numbered(payment), place: WalletDomain.Payment.Place(room: room, place: place),
                nextAttempt: due)
        }

        func state() async throws -> PlaceState {
            try await queue.showPlace(ShowPlaceRequest(roomID: room, placeID: place)).place.state
        }
    }

    /// Stores a pass, as the end of a payment does.
    private func store(_ pass: PassTable.Pass, _ market: Market) async throws {
        try await market.wallet.instances[0].database.transaction { try PassTable.insert([pass], $0) }
    }

    private func passesDue(_ market: Market) async throws -> Int {
        try await market.wallet.instances[0].database.read { reader in
            try reader.first("select count(*) from pass_due") { row in try row.int(0) } ?? 0
        }
    }

    @Test(arguments: Engine.available)
    func `after the payment the pass is finished, once`(engine: Engine) async throws {
        try await Market.with(engine, instances: engine.instances) { market in
            let line = try await Line(market)
            try await market.topUp(10_000)
            #expect(try await market.pay(line.reservation).outcome == .paid)
            try await market.run("passes") { try await passesDue(market) == 0 }
            #expect(try await line.state() == .finished)
        }
    }

    @Test(arguments: Engine.available)
    func `the instance that stored a pass finishes it without the timer`(engine: Engine) async throws {
        try await Market.with(engine) { market in
            let line = try await Line(market)
            try await market.topUp(10_000)
            #expect(try await market.pay(line.reservation).outcome == .paid)
            // The clock stands still, so nothing is due for the timer.
            for _ in 0..<Patience.milliseconds where try await passesDue(market) > 0 {
                try await market.wallet.run("passes")
            }
            #expect(try await line.state() == .finished)
        }
    }

    @Test(arguments: Engine.available)
    func `of two passes of a user, the one that is not due yet waits for its time`(engine: Engine) async throws {
        try await Market.with(engine) { market in
            let (first, second) = (try await Line(market), try await Line(market, number: 60))
            for (number, line) in [(30, first), (31, second)] as [(UInt64, Line)] {
                try await store(line.pass(number, due: market.clock.now), market)
            }
            /// Postpones the second pass, however often the first one is tried.
            func putOff() async throws {
                let (payment, later) = (PaymentID.numbered(31), market.clock.now + .seconds(20))
                try await market.wallet.instances[0].database.transaction {
                    try $0.execute("update pass_due set next_attempt = $2 where payment_id = $1", payment, later)
                }
            }
            try await putOff()
            try await market.run("passes") {
                try await putOff()
                return try await passesDue(market) == 1
            }
            #expect(try await first.state() == .finished)
            #expect(try await second.state() == .active)
            try await market.run("passes") { try await passesDue(market) == 0 }
            #expect(try await second.state() == .finished)
        }
    }

    @Test(arguments: Engine.available)
    func `a pass is finished after a clock that was an hour ahead is set back`(engine: Engine) async throws {
        try await Market.with(engine) { market in
            let line = try await Line(market)
            try await store(line.pass(30, due: market.clock.now + .minutes(60)), market)
            try await market.run("passes") { try await passesDue(market) == 0 }
            #expect(try await line.state() == .finished)
        }
    }

    @Test(arguments: Engine.available)
    func `an unreachable waiting room delays no payment, and the pass of an ended place is dropped`(
        engine: Engine
    ) async throws {
        try await Market.with(engine, queue: .loopback(1)) { market in
            let line = try await Line(market)
            try await market.topUp(10_000)
            #expect(try await market.pay(line.reservation).outcome == .paid)
            try await market.wallet.run("passes")
            #expect(try await passesDue(market) == 1, "the pass stays due")
            #expect(try await line.state() == .active)
        }
        try await Market.with(engine) { market in
            let line = try await Line(market)
            try await market.topUp(10_000)
            #expect(try await market.pay(line.reservation).outcome == .paid)
            _ = try await line.queue.leave(LeaveRequest(roomID: line.room, placeID: line.place))
            try await market.run("passes") { try await passesDue(market) == 0 }
        }
    }

    @Test(arguments: Engine.available)
    func `the pass of an unknown or waiting place is dropped`(engine: Engine) async throws {
        try await Market.with(engine) { market in
            let line = try await Line(market)
            let bob = QueueClient(market.queue.client(of: .bob))
            let waits = try await bob.join(JoinRequest(roomID: line.room), CallOptions(requestID: .numbered(70))).place
            for place in [waits.placeID, .numbered(99)] {
                try await store(
                    PassTable.Pass(
                        user: .alice, payment: .numbered(71),
                        place: WalletDomain.Payment.Place(room: line.room, place: place),
                        nextAttempt: market.clock.now), market)
                try await market.run("passes") { try await passesDue(market) == 0 }
            }
        }
    }
}
