import ConcertAPI
import Database
import Kernel
import QueueAPI
import RPC
import TestSupport
import Testing
import WalletAPI

/// Who has paid makes room for the next one in the line.
@Suite struct PassTests {
    /// A date behind a room that lets in one user at a time; alice is in, with a seat.
    private struct Line {
        let queue: QueueClient
        let room: [UInt8]
        let place: [UInt8]
        let reservation: ReservationEntry

        init(_ market: Market) async throws {
            let admin = QueueClient(market.queue.client(of: .operator))
            let request = CreateRoomRequest(name: "sale", limits: RoomLimits(activeLimit: 1))
            room = try await admin.createRoom(request, CallOptions(requestID: .wish(50))).room!.roomID
            _ = try await admin.openRoom(OpenRoomRequest(roomID: room))
            queue = QueueClient(market.queue.client(of: .alice))
            place = try await queue.join(JoinRequest(roomID: room), CallOptions(requestID: .wish(51))).place!.placeID
            let pass = try await queue.renew(RenewRequest(roomID: room, placeID: place)).pass
            reservation = try await Self.reserve(behind: room, pass, market)
        }

        private static func reserve(
            behind room: [UInt8], _ pass: [UInt8], _ market: Market
        ) async throws -> ReservationEntry {
            let seller = market.seller(of: .operator)
            let dates = try await market.seller(of: nil).listSchedules(
                ListSchedulesRequest(concertID: market.concertID)
            ).schedules
            var settings = dates[0].settings!
            settings.name = "tomorrow"
            settings.roomID = room
            let schedule = try await seller.addSchedule(
                AddScheduleRequest(concertID: market.concertID, settings: settings), CallOptions(requestID: .wish(52))
            ).schedule!.scheduleID
            let offer = SeatOffer(
                seats: SeatRange(firstNumber: 1, lastNumber: 2), grade: "A", price: Market.price)
            _ = try await seller.setSeats(
                SetSeatsRequest(concertID: market.concertID, scheduleID: schedule, offers: [offer]),
                CallOptions(requestID: .wish(53)))
            let request = ReserveSeatsRequest(
                concertID: market.concertID, scheduleID: schedule, wish: .seats(SeatNames(names: ["1"])), pass: pass)
            return try await market.seller(of: .alice).reserveSeats(request, CallOptions(requestID: .wish(54)))
                .reservation!
        }

        func state() async throws -> PlaceState {
            try await queue.showPlace(ShowPlaceRequest(roomID: room, placeID: place)).place!.state
        }
    }

    private func passesDue(_ market: Market) async throws -> Int {
        try await market.wallet.instances[0].database.read { reader in
            try reader.first("select count(*) from pass_due") { row in try row.int(0) } ?? 0
        }
    }

    @Test(arguments: Engine.available)
    func `after the payment the pass is finished, once`(engine: Engine) async throws {
        try await Market.with(engine, instances: engine == .postgreSQL ? 2 : 1) { market in
            let line = try await Line(market)
            try await market.topUp(10_000)
            #expect(try await market.pay(line.reservation).outcome == .paid)
            #expect(try await line.state() == .active)
            try await market.run("passes") { try await passesDue(market) == 0 }
            #expect(try await line.state() == .finished)
        }
    }

    @Test(arguments: Engine.available)
    func `a clock that was an hour ahead and is set back keeps no pass waiting`(engine: Engine) async throws {
        try await Market.with(engine) { market in
            let line = try await Line(market)
            try await market.topUp(10_000)
            #expect(try await market.pay(line.reservation).outcome == .paid)
            try await market.wallet.instances[0].database.transaction {
                try $0.execute("update pass_due set next_attempt = next_attempt + 3600000")
            }
            try await market.run("passes") { try await passesDue(market) == 0 }
            #expect(try await line.state() == .finished)
        }
    }

    @Test(arguments: Engine.available)
    func `a waiting room that is not there delays no payment, and a place that is gone is let go`(
        engine: Engine
    ) async throws {
        try await Market.with(engine, queue: .loopback(1)) { market in
            let line = try await Line(market)
            try await market.topUp(10_000)
            #expect(try await market.pay(line.reservation).outcome == .paid)
            try await market.wallet.run("passes")
            #expect(try await passesDue(market) == 1, "it is tried again")
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
}
