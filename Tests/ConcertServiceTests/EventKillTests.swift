import ConcertAPI
import Identity
import Kernel
import RPC
import TestSupport
import Testing

/// Kills the program while it sells, numbers events, and serves a follower.
@Suite(.serialized) struct EventKillTests {
    private static let kills = 5
    /// Maximum of sales before a kill.
    private static let sales = 400

    @Test(arguments: [Engine.file, .postgreSQL])
    func `after kills a follower has each sale once, in the order of the serials`(engine: Engine) async throws {
        let database = try await TestDatabase.make(on: engine)
        let keys = "\(database.folder.path)/keys"
        let sale = EventSale(keys: try KeyFile.create(at: keys))
        let loops = Loops(count: 1)
        defer { loops.stop() }
        var random = SeededGenerator(seed: 23)
        for run in 0...Self.kills {
            let program = try await ServiceProcess.start("ConcertService", on: database, keys: keys)
            let client = Client(to: [program.address], on: loops)
            try await sale.open(ConcertClient(client))
            guard run < Self.kills else {
                try await sale.check(client)
                try await Self.kill(program, after: 0, client)
                return
            }
            let pause = UInt32.random(in: 20_000...250_000, using: &random)
            async let followed: Void = sale.follow(client)
            let first = run * Self.sales + 1
            await sale.sell(ConcertClient(client), first...first)
            async let killed: Void = Self.kill(program, after: pause, client)
            await sale.sell(ConcertClient(client), first + 1...first + Self.sales - 1)
            await followed
            try await killed
        }
    }

    /// Ends the client with the program, because its calls would otherwise be repeated until their deadlines.
    private static func kill(_ program: ServiceProcess, after pause: UInt32, _ client: Client) async throws {
        try await program.kill(after: pause)
        await client.shutdown()
    }
}

/// Users buy one seat each, and a follower keeps the events that it received.
private final class EventSale: Sendable {
    private static let seats = 2000
    private let keys: KeyFile
    private let concert = Recorder<(ConcertID, ScheduleID)>()
    /// The reservations whose sale was acknowledged.
    private let sold = Recorder<ReservationID>()
    private let received = Recorder<SaleEvent>()

    init(keys: KeyFile) {
        self.keys = keys
    }

    private func options(_ caller: TestCaller, _ number: UInt64 = 0) -> CallOptions {
        CallOptions(timeout: .seconds(20), requestID: .numbered(number), credential: caller.credential(keys))
    }

    /// Sends the same requests after each restart.
    func open(_ calls: ConcertClient) async throws {
        let id = try await calls.createConcert(.moonTour, options(.operator, 1)).concert.concertID
        var settings = ScheduleSettings.tonight
        settings.saleOpensAt = Timestamp(milliseconds: 1)
        settings.saleClosesAt = .noon + .days(10_000)
        let add = AddScheduleRequest(concertID: id, settings: settings)
        let schedule = try await calls.addSchedule(add, options(.operator, 2)).schedule.scheduleID
        let offers = [SeatOffer.row("", "", 1...UInt32(Self.seats), grade: "S", price: 1000)]
        _ = try await calls.setSeats(
            SetSeatsRequest(concertID: id, scheduleID: schedule, offers: offers), options(.operator, 3))
        concert.add((id, schedule))
    }

    /// Sells these seats until the program is gone.
    func sell(_ calls: ConcertClient, _ numbers: ClosedRange<Int>) async {
        let (id, schedule) = concert.all[0]
        for number in numbers {
            let user = TestCaller.user(number)
            let request = ReserveSeatsRequest(
                concertID: id, scheduleID: schedule, choice: .seats(SeatNames(names: ["\(number)"])))
            guard
                let reservation = try? await calls.reserveSeats(request, options(user, 10_000 + UInt64(number)))
                    .reservation
            else { return }
            let payment = ConfirmRequest(
                concertID: id, paymentID: .numbered(20_000 + UInt64(number)),
                reservationID: reservation.reservationID, userID: user.user, amount: 1000, currency: "EUR")
            guard (try? await calls.confirm(payment, options(.service))) != nil else { return }
            sold.add(reservation.reservationID)
        }
    }

    /// Follows from the last received event until the program is gone.
    func follow(_ client: Client) async {
        let request = WatchEventsRequest(afterSerial: received.all.last?.serial ?? 0)
        do {
            for try await event in EventsClient(client).watchEvents(request, options(.service)) { received.add(event) }
        } catch {
            // The program is gone.
        }
    }

    func check(_ client: Client) async throws {
        try #require(!sold.all.isEmpty)
        // The job of the program numbers the last events.
        var missing = Set(sold.all)
        while !missing.isEmpty {
            let request = WatchEventsRequest(afterSerial: received.all.last?.serial ?? 0, stopsAtEnd: true)
            for try await event in EventsClient(client).watchEvents(request, options(.service)) { received.add(event) }
            missing.subtract(received.all.compactMap(\.reservationID))
        }
        #expect(received.all.map(\.serial) == (1...UInt64(received.all.count)).map { $0 }, "no gap, and no repetition")
        #expect(Set(received.all.compactMap(\.reservationID)).count == received.all.count)
    }
}
