import ConcertAPI
import Journeys
import Kernel
import RPC
import TestSupport
import Testing
import Threads

struct SeatTextTests {
    private static let map = ShowSeatsReply(
        blocks: [
            SeatBlock(
                seats: SeatRange(section: "Stalls", row: "12", firstNumber: 1, lastNumber: 40), grade: "A", price: 8900,
                firstIndex: 0),
            SeatBlock(
                seats: SeatRange(section: "Upper Circle", row: "B", firstNumber: 1, lastNumber: 9), grade: "B",
                price: 4500, firstIndex: 40),
        ], currency: "EUR", asOf: .noon)
    private static let plan = SeatPlan(map)

    @Test(arguments: [
        ("Stalls-12-7", ["Stalls-12-7"]), ("stalls-12-7, STALLS-12-8", ["Stalls-12-7", "Stalls-12-8"]),
        ("Stalls-12-7..9", ["Stalls-12-7", "Stalls-12-8", "Stalls-12-9"]),
        ("Upper Circle-B-3 Stalls-12-1", ["Upper Circle-B-3", "Stalls-12-1"]),
        ("upper circle-b-3..4,upper circle-b-9", ["Upper Circle-B-3", "Upper Circle-B-4", "Upper Circle-B-9"]),
    ])
    func `seats are read as people type them`(text: String, seats: [String]) throws {
        #expect(try Self.plan.seats(named: text) == seats)
    }

    @Test func `seats are listed in the order of rows and numbers`() {
        let seats = ["Stalls-10-1", "Stalls-7-10", "Balcony-A-2", "Stalls-7-9", "Balcony-A-11"]
        #expect(SeatText.list(seats) == "Balcony-A-2, Balcony-A-11, Stalls-7-9, Stalls-7-10, Stalls-10-1")
    }

    @Test(arguments: [
        ("Stals-12-7", "Stals-12-7", "Stalls-12-7"), ("Stalls-12-41", "Stalls-12-41", "Stalls-12-40"),
        ("Uper Circle-B-3 Stalls-12-1", "Uper Circle-B-3", "Upper Circle-B-3"), ("Stalls-12-39..41", nil, nil),
        ("moon", "moon", nil), ("Gods-1-1", "Gods-1-1", nil),
    ])
    func `an unknown seat is answered with the nearest one`(text: String, name: String?, nearest: String?) {
        let error = #expect(throws: JourneyError.self) { try Self.plan.seats(named: text) }
        guard case .unknownSeat(let unknown, let suggestion) = error else { return }
        #expect(name == nil || (unknown == name && suggestion == nearest))
    }

    @Test func `names that the service does not know are looked up on the map`() async throws {
        let asked = Lock<[[String]]>([])
        let reserve = Route(ConcertMethods.reserveSeats) { request, _ in
            guard case .seats(let seats) = request.choice else { throw RPCFailure(.internal, "CHOICE", "no names") }
            asked.withLock { $0.append(seats.names) }
            guard seats.names == ["Upper Circle-B-3"] else { throw RPCFailure(ConcertReason.seatUnknown) }
            return ReserveSeatsReply(reservation: Reservation(state: .held, seats: seats.names))
        }
        let show = Route(ConcertMethods.showSeats) { _, _ in Self.map }
        let date = ConcertDate(
            concert: Concert(concertID: ConcertID(high: 1, low: 1), name: "moon-tour"),
            entry: Schedule(
                scheduleID: ScheduleID(high: 2, low: 1), concertID: ConcertID(high: 1, low: 1),
                settings: ScheduleSettings(name: "friday")))
        try await StubCaller.with(reserve, show) { stub in
            let held = try await Seats(of: date, stub.caller).reserve(.named(["upper", "circle-b-3"]))
            #expect(held.seats == ["Upper Circle-B-3"])
            await #expect(throws: JourneyError.self) {
                try await Seats(of: date, stub.caller).reserve(.named(["Uper", "Circle-B-3"]))
            }
        }
        #expect(asked.withLock { $0 } == [["upper", "circle-b-3"], ["Upper Circle-B-3"], ["Uper", "Circle-B-3"]])
    }
}
