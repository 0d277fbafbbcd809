import ConcertAPI
import Identity
import Kernel
import RPC
import TestSupport
import Testing

/// Kills the program at random moments. Everything that it acknowledged before must hold after the restart.
@Suite(.serialized) struct KillTests {
    private static let kills = 5

    @Test(arguments: [Engine.file, .postgreSQL])
    func `after each kill, acknowledged steps are kept and others can be repeated`(
        engine: Engine
    ) async throws {
        let database = try await TestDatabase.make(on: engine)
        let keys = "\(database.folder.path)/keys"
        let keyFile = try KeyFile.create(at: keys)
        let loops = Loops(count: 1)
        defer { loops.stop() }
        let sale = Sale(keys: keyFile)
        var random = SeededGenerator(seed: 7)
        for run in 1...Self.kills {
            let program = try await ServiceProcess.start("ConcertService", on: database, keys: keys)
            let client = Client(to: [program.address], on: loops)
            try await sale.open(ConcertClient(client))
            let pause = UInt32.random(in: 0...60_000, using: &random)
            async let killed: Void = Self.kill(program, after: pause, client)
            await sale.sellUntilItFails(ConcertClient(client), from: run * 1000)
            try await killed
        }
        let program = try await ServiceProcess.start("ConcertService", on: database, keys: keys)
        let client = Client(to: [program.address], on: loops)
        try await sale.check(ConcertClient(client))
        try await Self.kill(program, after: 0, client)
    }

    /// Ends the client with the program, because its calls would otherwise be repeated until their deadlines.
    private static func kill(_ program: ServiceProcess, after pause: UInt32, _ client: Client) async throws {
        try await program.kill(after: pause)
        await client.shutdown()
    }
}

/// Users buy one seat each, one after the other. Each step keeps its replies.
private final class Sale: @unchecked Sendable {
    // Sound because one test uses it, one step after the other.

    private struct Step {
        let user: TestCaller
        let number: UInt64
        var reservation: ConcertAPI.Reservation?
        var decision: ConcertAPI.Decision?
    }

    private static let seats = 400
    private let keys: KeyFile
    private var concert = ConcertID(high: 0, low: 0)
    private var schedule = ScheduleID(high: 0, low: 0)
    private var steps: [Step] = []

    init(keys: KeyFile) {
        self.keys = keys
    }

    private func options(_ caller: TestCaller, _ number: UInt64) -> CallOptions {
        CallOptions(timeout: .seconds(20), requestID: .numbered(number), credential: caller.credential(keys))
    }

    /// Sends the same requests after each restart.
    func open(_ calls: ConcertClient) async throws {
        concert = try await calls.createConcert(.moonTour, options(.operator, 1)).concert.concertID
        var settings = ScheduleSettings.tonight
        settings.saleOpensAt = Timestamp(milliseconds: 1)
        settings.saleClosesAt = .noon + .days(10_000)
        let add = AddScheduleRequest(concertID: concert, settings: settings)
        schedule = try await calls.addSchedule(add, options(.operator, 2)).schedule.scheduleID
        let offers = [SeatOffer.row("", "", 1...UInt32(Self.seats), grade: "S", price: 1000)]
        _ = try await calls.setSeats(
            SetSeatsRequest(concertID: concert, scheduleID: schedule, offers: offers), options(.operator, 3))
    }

    func sellUntilItFails(_ calls: ConcertClient, from first: Int) async {
        for number in first..<first + 1000 {
            steps.append(Step(user: .user(number), number: UInt64(number)))
            do { try await run(steps.count - 1, calls) } catch { return }
        }
    }

    private func run(_ index: Int, _ calls: ConcertClient) async throws {
        let step = steps[index]
        let request = ReserveSeatsRequest(
            concertID: concert, scheduleID: schedule, choice: .seats(SeatNames(names: ["\(index + 1)"])))
        let reservation = try await calls.reserveSeats(request, options(step.user, 10_000 + step.number))
            .reservation
        if let known = step.reservation { #expect(reservation.reservedAt == known.reservedAt) }
        steps[index].reservation = reservation
        let payment = ConfirmRequest(
            concertID: concert, paymentID: .numbered(20_000 + step.number),
            reservationID: reservation.reservationID, userID: step.user.user, amount: 1000, currency: "EUR")
        let decision = try await calls.confirm(payment, options(.service, 0)).decision
        if let known = step.decision { #expect(decision == known) }
        #expect(decision.outcome == .confirmed)
        steps[index].decision = decision
    }

    /// Repeats every request. Then each step must have exactly one sold seat and one ticket of its user.
    func check(_ calls: ConcertClient) async throws {
        #expect(!steps.isEmpty)
        for index in steps.indices { try await run(index, calls) }
        let map = try await calls.showSeats(
            ShowSeatsRequest(concertID: concert, scheduleID: schedule), options(.operator, 0))
        #expect(map.held.isEmpty)
        #expect(map.sold.count == steps.count)
        for (index, step) in steps.enumerated() {
            let list = try await calls.listTickets(ListTicketsRequest(concertID: concert), options(step.user, 0))
            #expect(list.tickets.map(\.seat) == ["\(index + 1)"])
        }
    }
}
