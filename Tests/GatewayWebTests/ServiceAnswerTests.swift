import ConcertAPI
import Encoding
import Journeys
import Kernel
import Messages
import QueueAPI
import RPC
import TestSupport
import Testing
import Threads
import WalletAPI

@testable import GatewayWeb

/// The pages in front of services with the answers of a test.
@Suite struct ServiceAnswerTests {
    private static let concert = Concert(concertID: ConcertID(high: 1, low: 1), name: "moon-tour")
    private static let date = Schedule(
        scheduleID: ScheduleID(high: 1, low: 2), concertID: concert.concertID,
        settings: ScheduleSettings(name: "friday"))

    private static let session: Session = {
        let end = SystemClock().now + .hours(1)
        return Session(
            userID: UserID(high: 1, low: 1), credential: [7], expiresAt: end, secret: [8], refreshAt: end, endsAt: end)
    }()

    // MARK: Puzzles

    /// Demands a puzzle, and returns a session for a solution.
    private static func demanding(_ solutions: Recorder<PuzzleSolution?>) -> Route {
        Route(WalletMethods.signIn) { request, _ in
            solutions.add(request.solution)
            guard request.solution == nil else { return SignInReply(session: session) }
            var failure = RPCFailure(WalletReason.puzzleRequired)
            failure.retryAfter = .seconds(1)
            let puzzle = Puzzle(challenge: [1, 2, 3], bits: 12)
            failure.details = [Detail(type: Puzzle.descriptor.name, value: try puzzle.encoded())]
            throw failure
        }
    }

    @Test func `a puzzle of the wallet service is on the page, and its solution signs in`() async throws {
        let solutions = Recorder<PuzzleSolution?>()
        try await StubServices.with([Self.demanding(solutions)]) { services in
            let form = "do=sign-in&name=alice&password=secret&next=/moon-tour"
            let headers = ["origin": TestPages.origin, "sec-fetch-site": "same-origin"]
            let answer = try await TestPages.respond(
                .post, "/account", headers: headers, form: form, services: services)
            #expect(answer.status == 503 && answer.headers["retry-after"] == "1")
            #expect(answer.text.contains("data-bits=\"12\" data-challenge=\"AQID\""))
            #expect(answer.text.contains("was not checked") && !answer.text.contains("secret"))
            let solved = try await TestPages.respond(
                .post, "/account", headers: headers, form: form + "&challenge=AQID&nonce=18446744073709551615",
                services: services)
            #expect(solved.status == 303 && solved.headers["location"] == "/moon-tour")
            #expect(solved.headers["set-cookie"]?.hasPrefix("__Host-onsale=") == true)
        }
        #expect(solutions.all.map(\.?.nonce) == [nil, .max])
        #expect(solutions.all.last??.challenge == [1, 2, 3])
    }

    @Test(arguments: ["&challenge=AQID", "&nonce=1", "&challenge=*&nonce=1", "&challenge=AQID&nonce=-1"])
    func `a solution that cannot be read counts as none`(fields: String) async throws {
        let solutions = Recorder<PuzzleSolution?>()
        try await StubServices.with([Self.demanding(solutions)]) { services in
            let form = "do=sign-in&name=alice&password=secret" + fields
            let answer = try await TestPages.post("/account", form, services: services)
            #expect(answer.status == 503)
        }
        #expect(solutions.all.map { $0 == nil } == [true])
    }

    // MARK: Sessions

    @Test(arguments: [
        (Duration.hours(1), Duration.zero ... .seconds(1)), (.hours(-1), .seconds(1) ... .seconds(60)),
    ])
    func `a page waits a second for the next credential, and longer if it has no valid one`(
        life: Duration, allowed: ClosedRange<Duration>
    ) async throws {
        let waits = Recorder<Duration>()
        let refresh = Route(WalletMethods.refresh) { _, call in
            waits.add(call.remaining)
            return RefreshReply(session: Self.session)
        }
        // It is due whatever its jitter is, because half of its life was over long ago.
        let due = TestPages.credential(until: SystemClock().now + life, refreshAt: Timestamp(milliseconds: 1))
        try await StubServices.with([refresh]) { services in
            let answer = try await TestPages.respond(
                .get, "/account", headers: ["cookie": TestPages.cookie(due)], services: services)
            #expect(answer.headers["set-cookie"]?.hasPrefix("__Host-onsale=") == true)
        }
        #expect(waits.all.count == 1 && waits.all.allSatisfy(allowed.contains))
    }

    // MARK: Money

    @Test func `a link puts no text into the wallet`() async throws {
        let balance = Route(WalletMethods.showBalance) { _, _ in
            ShowBalanceReply(balances: [Balance(currency: "EUR", available: 100)])
        }
        let entries = Route(WalletMethods.listEntries) { _, _ in ListEntriesReply() }
        try await StubServices.with([balance, entries]) { services in
            func wallet(_ query: String) async throws -> String {
                try await TestPages.respond(
                    .get, "/wallet?\(query)", headers: ["cookie": TestPages.cookie], services: services
                ).text
            }
            let (foreign, own) = (
                try await wallet("added=500&currency=Call"), try await wallet("added=500&currency=EUR")
            )
            #expect(!foreign.contains("Call") && own.contains("€5.00"))
        }
    }

    @Test(arguments: [(ReservationState.sold, true), (.expired, false)])
    func `a payment that is refused because another tab has paid shows the tickets`(
        later: ReservationState, showsTickets: Bool
    ) async throws {
        let shown = Recorder<Void>()
        let routes = [
            Route(ConcertMethods.listConcerts) { _, _ in ListConcertsReply(concerts: [Self.concert]) },
            Route(ConcertMethods.listSchedules) { _, _ in ListSchedulesReply(schedules: [Self.date]) },
            Route(ConcertMethods.listReservations) { _, _ in ListReservationsReply() },
            Route(ConcertMethods.showReservation) { request, _ in
                shown.add(())
                return ShowReservationReply(
                    reservation: Reservation(
                        reservationID: request.reservationID, concertID: Self.concert.concertID,
                        scheduleID: Self.date.scheduleID, state: shown.all.count == 1 ? .held : later, amount: 100,
                        currency: "EUR", reservedAt: .noon, deadline: .noon))
            },
            Route(WalletMethods.pay) { request, _ in
                PayReply(payment: Payment(paymentID: request.paymentID, outcome: .notPaid, reason: .reservationGone))
            },
        ]
        try await StubServices.with(routes) { services in
            let ids = "payment=\(PaymentID(high: 1, low: 3))&reservation=\(ReservationID(high: 1, low: 4))"
            let answer = try await TestPages.post(
                "/moon-tour/friday", "do=pay&\(ids)&token=\(TestPages.token)", services: services)
            #expect((answer.headers["location"]?.hasPrefix("/tickets?paid=") ?? false) == showsTickets)
        }
    }

    // MARK: Rooms

    /// What a buyer without a place sees of a room.
    private static func page(of room: Room) async throws -> String {
        var date = date
        date.settings.roomID = room.roomID
        let routes = [
            Route(ConcertMethods.listConcerts) { _, _ in ListConcertsReply(concerts: [concert]) },
            Route(ConcertMethods.listSchedules) { [date] _, _ in ListSchedulesReply(schedules: [date]) },
            Route(ConcertMethods.listReservations) { _, _ in ListReservationsReply() },
            Route(QueueMethods.listPlaces) { _, _ in ListPlacesReply() },
            Route(QueueMethods.findRoom) { _, _ in FindRoomReply(room: room) },
        ]
        let text = Recorder<String>()
        try await StubServices.with(routes) { services in
            let answer = try await TestPages.respond(
                .get, "/moon-tour/friday", headers: ["cookie": TestPages.cookie], services: services)
            text.add(answer.text)
        }
        return text.all.joined()
    }

    @Test(
        arguments: [
            (RoomState.closed, Text.roomClosedTitle), (.draining, .roomClosedTitle), (.scheduled, .roomNotOpenTitle),
            (.preQueue, .joinTitle), (.open, .joinTitle), (.paused, .joinTitle),
        ])
    func `the heading of a room says whether it can be joined`(state: RoomState, title: Text) async throws {
        let times = RoomTimes(joinsAt: SystemClock().now + .hours(1), opensAt: SystemClock().now + .hours(2))
        let room = Room(roomID: RoomID(high: 1, low: 5), state: state, times: times, limits: RoomLimits())
        let page = try await Self.page(of: room)
        #expect(page.contains("<h2>\(title(in: .english))</h2>"))
        #expect(page.contains("value=\"join\"") == (title(in: .english) == Text.joinTitle(in: .english)))
        // Before the opening, the page counts down to the time from which the room can be joined.
        let isCounting = page.contains("data-until=\"\(times.joinsAt?.milliseconds ?? 0)\"")
        #expect(isCounting == (state == .scheduled))
    }

    @Test func `a room with a draw says that the draw gives the numbers`() async throws {
        let room = Room(
            roomID: RoomID(high: 1, low: 5), state: .preQueue, times: RoomTimes(), limits: RoomLimits(),
            draw: RoomDraw(state: .pending))
        #expect(try await Self.page(of: room).contains("takes part in a draw"))
    }

    // MARK: Failures

    private static func problem(_ change: (RPCFailure) -> RPCFailure, requestID: RequestID? = .numbered(1)) -> Problem {
        let failure = RPCFailure(.unavailable, "", "the service does not answer")
        return Problem(CallFailure(change(failure), of: .concert, requestID: requestID))
    }

    @Test func `a page says that nothing was changed only if that is certain`() {
        func safety(_ problem: Problem) -> String? { problem.safe?(in: .english) }
        let nothingChanged = Text.nothingChanged(in: .english)
        #expect(safety(Self.problem { $0.notProcessed() }) == nothingChanged)
        #expect(safety(Self.problem { $0 }) == nothingChanged)
        let indefinite = Self.problem { $0.indefinite }
        #expect(indefinite.status == 504 && safety(indefinite) == Text.tooSlowSafe(in: .english))
        let repeatable = Self.problem({ $0.indefinite }, requestID: nil)
        #expect(repeatable.status == 503 && safety(repeatable) == nil)
    }

    @Test(
        arguments: [
            (RPCFailure(ConcertReason.concertUnknown), Service.concert, 404),
            (RPCFailure(ConcertReason.scheduleUnknown), .concert, 404),
            (RPCFailure(ConcertReason.seatHeld), .concert, 409), (RPCFailure(ConcertReason.seatSold), .concert, 409),
            (RPCFailure(ConcertReason.passRefused), .concert, 403),
            (RPCFailure(ConcertReason.saleOver), .concert, 410),
            (RPCFailure(ConcertReason.dateCancelled), .concert, 410),
            (RPCFailure(ConcertReason.alreadySold), .concert, 409),
            (RPCFailure(CallReason.requestIDReused), .concert, 409),
            (RPCFailure(QueueReason.placeLapsed), .queue, 403), (RPCFailure(QueueReason.roomClosed), .queue, 410),
            (RPCFailure(QueueReason.roomDraining), .queue, 410), (RPCFailure(QueueReason.roomNotOpen), .queue, 409),
            (RPCFailure(QueueReason.roomFull), .queue, 503), (RPCFailure(QueueReason.userBanned), .queue, 403),
            (RPCFailure(WalletReason.concertHalted), .wallet, 503),
            (RPCFailure(WalletReason.paymentIDReused), .wallet, 409),
            (RPCFailure(WalletReason.sessionEnded), .wallet, 401),
            (RPCFailure(.unavailable, "", "the service does not answer"), .wallet, 503),
        ])
    func `each failure that a buyer can meet has its status and sentences`(
        failure: RPCFailure, service: Service, status: Int
    ) {
        let problem = Problem(CallFailure(failure, of: service, requestID: .numbered(1)))
        #expect(problem.status == status)
        for language in Language.allCases {
            #expect(problem.title(in: language) != Text.broken(in: language))
            #expect(!problem.happened(in: language).isEmpty)
        }
    }

    @Test func `too little money, and a field that breaks its rule, are explained in the language of the buyer`() {
        let payment = Payment(paymentID: PaymentID(high: 1, low: 3), outcome: .notPaid, reason: .insufficient)
        #expect(Problem(payment, nil).status == 402)
        let refused = Problem(CallFailure(.invalid("name", "must begin with a letter"), of: .wallet))
        #expect(refused.status == 400 && refused.happened(in: .korean) == Text.nameRule(in: .korean))
    }
}
