import ConcertAPI
import Kernel
import QueueAPI
import RPC
import TestSupport
import Testing
import Threads
import WalletAPI

/// The three services on a server that is read-only for a while, as a standby is until its promotion.
@Suite(.serialized) struct ReadOnlyServerTests {
    private static let buyers = 16
    private static let schemas = Dictionary(uniqueKeysWithValues: Programs.Name.allCases.map { ($0, "of_\($0)") })

    private static func withPrograms(_ body: (OwnServer, Programs) async throws -> Void) async throws {
        try await OwnServer.with { server in
            for schema in schemas.values { try await server.run("create schema \(schema)") }
            try await Programs.with(server: server.url, schemas: schemas) { try await body(server, $0) }
        }
    }

    @Test func `buyers continue after the promotion, and no caller gets INTERNAL`() async throws {
        try await Self.withPrograms { server, programs in
            let loops = Loops(count: 1)
            defer { loops.stop() }
            let crowd = Crowd(programs, on: loops, seed: 7)
            try await crowd.open(now: SystemClock().now)
            // A failure that must not be retried, such as INTERNAL, ends this with an error.
            async let bought: Void = crowd.buy(count: Self.buyers)
            try await Self.sales(of: crowd, above: 20)
            try await server.set("default_transaction_read_only", to: "on")
            try await SystemClock().sleep(for: .seconds(3))
            let before = try await crowd.decidedCount()
            let promotion = SystemClock().uptime
            try await server.set("default_transaction_read_only", to: "off")
            try await Self.sales(of: crowd, above: before)
            print("the next sale came \((SystemClock().uptime - promotion).milliseconds) ms after the promotion")
            try await Self.sales(of: crowd, above: before + 20)
            try await crowd.close()
            try await bought
            try await Aftermath(crowd, programs).check()
        }
    }

    static func sales(of crowd: Crowd, above count: Int) async throws {
        for _ in 0..<(Patience.milliseconds / 10) {
            if try await crowd.decidedCount() > count { return }
            try await SystemClock().sleep(for: .milliseconds(10))
        }
        throw Patience.Over("no more sales than \(count)")
    }

    @Test func `every write that is sent again with its id gets its first answer`() async throws {
        try await Self.withPrograms { server, programs in
            let loops = Loops(count: 1)
            defer { loops.stop() }
            let writes = try await FirstAnswers(programs, on: loops)
            let first = try await writes.run(timeout: .seconds(30))
            try await writes.refund()
            try await server.set("default_transaction_read_only", to: "on")
            let failures = await writes.failures(timeout: .seconds(1), unless: first)
            #expect(failures.count > first.count / 2)
            for (name, failure) in failures {
                #expect([.unavailable, .deadlineExceeded].contains(failure.code), "\(name): \(failure)")
            }
            try await server.set("default_transaction_read_only", to: "off")
            #expect(try await writes.run(timeout: .seconds(30)) == first)
            await writes.shutdown()
        }
    }
}

/// One write of each kind, repeated with the same ids.
private struct FirstAnswers: Sendable {
    private typealias Write = @Sendable (Duration) async throws -> String

    private static let price: UInt64 = 1000
    private let programs: Programs
    private let clients: [Client]
    private let queue: QueueClient
    private let concert: ConcertClient
    private let wallet: WalletClient

    init(_ programs: Programs, on loops: Loops) async throws {
        self.programs = programs
        var settings = ClientSettings()
        settings.credential = []
        clients = Programs.Name.allCases.map { Client(to: [programs.address(of: $0)], on: loops, settings: settings) }
        (queue, concert, wallet) = (QueueClient(clients[0]), ConcertClient(clients[1]), WalletClient(clients[2]))
    }

    func shutdown() async { for client in clients { await client.shutdown() } }

    /// The writes in the order of their dependencies.
    private var writes: [(String, Write)] {
        [
            ("CreateRoom", createRoom), ("Join", join), ("CreateConcert", createConcert), ("AddSchedule", addSchedule),
            ("SetSeats", setSeats), ("SignUp", signUp), ("TopUp", topUp), ("ReserveSeats", reserveSeats), ("Pay", pay),
            ("CancelReservation", cancelReservation),
        ]
    }

    /// Returns the answer to each write, without values that depend on the time.
    func run(timeout: Duration) async throws -> [String: String] {
        var answers: [String: String] = [:]
        for (name, write) in writes { answers[name] = try await write(timeout) }
        return answers
    }

    /// Returns when the cancelled reservation is paid back. TopUp answers the balance of now, which is as at first then.
    func refund() async throws {
        for _ in 0..<(Patience.milliseconds / 10) {
            if try await topUp(.seconds(30)) == "\(5 * Self.price)" { return }
            try await SystemClock().sleep(for: .milliseconds(10))
        }
        throw Patience.Over("no refund")
    }

    /// Returns the failure of each write without an answer.
    func failures(timeout: Duration, unless answers: [String: String]) async -> [String: RPCFailure] {
        await withTaskGroup { group in
            for (name, write) in writes {
                group.addTask { () -> (String, RPCFailure?) in
                    do {
                        let answer = try await write(timeout)
                        #expect(answer == answers[name], "\(name)")
                        return (name, nil)
                    } catch {
                        return (name, error as? RPCFailure ?? RPCFailure(.internal, "UNKNOWN", "\(error)"))
                    }
                }
            }
            var failures: [String: RPCFailure] = [:]
            for await (name, failure) in group { failures[name] = failure }
            return failures
        }
    }

    private func options(_ caller: TestCaller, _ number: UInt64, _ timeout: Duration) -> CallOptions {
        CallOptions(timeout: timeout, requestID: .numbered(number), credential: caller.credential(programs.keys))
    }

    private func createRoom(_ timeout: Duration) async throws -> String {
        let room = try await queue.createRoom(CreateRoomRequest(name: "sale"), options(.operator, 1, timeout)).room
        _ = try await queue.openRoom(OpenRoomRequest(roomID: room.roomID), options(.operator, 11, timeout))
        return "\(room.roomID)"
    }

    private func join(_ timeout: Duration) async throws -> String {
        let request = JoinRequest(roomID: .numbered(1))
        return "\(try await queue.join(request, options(.alice, 2, timeout)).place.placeID)"
    }

    private func createConcert(_ timeout: Duration) async throws -> String {
        let tour = CreateConcertRequest(name: "moon-tour", title: "Moon Tour", host: "The Moons", currency: "EUR")
        return "\(try await concert.createConcert(tour, options(.operator, 3, timeout)).concert.concertID)"
    }

    private func addSchedule(_ timeout: Duration) async throws -> String {
        func day(_ number: Int) -> Timestamp { Timestamp(milliseconds: 0) + .days(number) }
        let settings = ScheduleSettings(
            name: "tonight", startsAt: day(25_000), endsAt: day(25_001), saleOpensAt: day(1), saleClosesAt: day(24_000),
            cancelUntil: day(24_000), hold: .minutes(10))
        let request = AddScheduleRequest(concertID: .numbered(3), settings: settings)
        return "\(try await concert.addSchedule(request, options(.operator, 4, timeout)).schedule.scheduleID)"
    }

    private func setSeats(_ timeout: Duration) async throws -> String {
        let offer = SeatOffer(seats: SeatRange(firstNumber: 1, lastNumber: 9), grade: "A", price: Self.price)
        let request = SetSeatsRequest(
            concertID: .numbered(3), scheduleID: .numbered(4), offers: [offer])
        let counts = try await concert.setSeats(request, options(.operator, 5, timeout)).counts
        return "\(counts.added) added, \(counts.changed) changed"
    }

    private func signUp(_ timeout: Duration) async throws -> String {
        let request = SignUpRequest(name: "alice", password: "correct horse battery")
        let options = CallOptions(timeout: timeout, requestID: .numbered(6))
        return "\(try await wallet.signUp(request, options).session.userID)"
    }

    private func topUp(_ timeout: Duration) async throws -> String {
        let request = TopUpRequest(amount: 5 * Self.price, currency: "EUR")
        return "\(try await wallet.topUp(request, options(.alice, 7, timeout)).balance.available)"
    }

    private func reserveSeats(_ timeout: Duration) async throws -> String {
        let request = ReserveSeatsRequest(
            concertID: .numbered(3), scheduleID: .numbered(4),
            choice: .seats(SeatNames(names: ["1"])))
        let entry = try await concert.reserveSeats(request, options(.alice, 8, timeout)).reservation
        return "\(entry.reservationID) \(entry.seats) \(entry.amount) \(entry.deadline)"
    }

    private func pay(_ timeout: Duration) async throws -> String {
        let request = PayRequest(
            paymentID: .numbered(9), concertID: .numbered(3),
            reservationID: .numbered(8), amount: Self.price, currency: "EUR")
        return "\(try await wallet.pay(request, options(.alice, 9, timeout)).payment.outcome)"
    }

    private func cancelReservation(_ timeout: Duration) async throws -> String {
        let request = CancelReservationRequest(
            concertID: .numbered(3), reservationID: .numbered(8))
        return "\(try await concert.cancelReservation(request, options(.alice, 10, timeout)).refundID)"
    }
}
