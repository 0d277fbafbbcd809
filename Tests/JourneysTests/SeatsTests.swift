import ConcertAPI
import Journeys
import Kernel
import RPC
import TestSupport
import Testing
import Threads

struct SeatsTests {
    private static let concert = ConcertID(high: 1, low: 1)
    private static let date = ConcertDate(
        concert: Concert(concertID: concert, name: "moon-tour"),
        entry: Schedule(
            scheduleID: ScheduleID(high: 2, low: 1), concertID: concert,
            settings: ScheduleSettings(name: "friday")))

    private static let unknown = Route(ConcertMethods.showReservation) { _, _ in
        throw RPCFailure(.notFound, "RESERVATION_UNKNOWN", "you have no such reservation")
    }

    @Test func `a request without an answer is repeated under the same id`() async throws {
        let ids = Lock<[RequestID]>([])
        let reserve = Route(ConcertMethods.reserveSeats) { _, call in
            let id = try call.requestID
            let isFirst = ids.withLock {
                $0.append(id)
                return $0.count == 1
            }
            if isFirst { throw RPCFailure(.unknown, "LOST", "the answer was lost").indefinite }
            return ReserveSeatsReply(reservation: Reservation(state: .held))
        }
        try await StubCaller.with(reserve, Self.unknown) { stub in
            let seats = Seats(of: Self.date, stub.caller)
            let choice = SeatChoice.best(2, grade: "A")
            await #expect(throws: CallFailure.self) { try await seats.reserve(choice) }
            #expect(stub.recorded.reservations.map(\.isOpen) == [true])
            let (earlier, unanswered) = try await seats.earlierReservation(of: choice)
            #expect(earlier == nil && unanswered != nil)
            #expect(try await seats.reserve(choice, as: unanswered).state == .held)
            #expect(stub.recorded.reservations.map(\.isOpen) == [false])
        }
        let sent = ids.withLock { $0 }
        #expect(sent.count == 2 && sent[0] == sent[1])
    }

    @Test func `a refused request leaves no record`() async throws {
        let reserve = Route(ConcertMethods.reserveSeats) { _, _ in throw RPCFailure(.aborted, "SALE_OVER", "over") }
        try await StubCaller.with(reserve) { stub in
            await #expect(throws: CallFailure.self) {
                try await Seats(of: Self.date, stub.caller).reserve(.named(["A-1-1"]))
            }
            #expect(stub.recorded.reservations.isEmpty)
        }
    }

    @Test(arguments: [["A"], ["A", "B"]])
    func `the only grade need not be named`(grades: [String]) async throws {
        let show = Route(ConcertMethods.showSeats) { _, _ in
            ShowSeatsReply(
                blocks: grades.enumerated().map { index, grade in
                    SeatBlock(
                        seats: SeatRange(firstNumber: 1, lastNumber: 1), grade: grade, firstIndex: UInt32(index))
                }, asOf: .noon)
        }
        let reserve = Route(ConcertMethods.reserveSeats) { request, _ in
            guard case .best(let best) = request.choice else { throw RPCFailure(.internal, "CHOICE", "no best seats") }
            return ReserveSeatsReply(reservation: Reservation(seats: [best.grade]))
        }
        try await StubCaller.with(show, reserve) { stub in
            let seats = Seats(of: Self.date, stub.caller)
            if grades.count == 1 {
                let reservation = try await seats.reserve(.best(1, grade: nil))
                #expect(reservation.seats == ["A"])
            } else {
                await #expect(throws: JourneyError.self) { try await seats.reserve(.best(1, grade: nil)) }
            }
        }
    }

    @Test func `the seats of a large hall are set in several requests`() async throws {
        let sizes = Lock<[Int]>([])
        let set = Route(ConcertMethods.setSeats) { request, _ in
            sizes.withLock { $0.append(request.offers.count) }
            return SetSeatsReply(counts: SeatChangeCounts(added: UInt64(request.offers.count)))
        }
        try await StubCaller.with(set, isOperator: true) { stub in
            let offers = Array(
                repeating: SeatOffer(seats: SeatRange(firstNumber: 1, lastNumber: 1), grade: "A"), count: 4001)
            let counts = try await Seats(of: Self.date, stub.caller).set(offers)
            #expect(counts.added == 4001)
        }
        #expect(sizes.withLock { $0 } == [2000, 2000, 1])
    }
}
