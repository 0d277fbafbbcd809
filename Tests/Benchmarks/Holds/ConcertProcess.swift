import ConcertAPI
import Identity
import Kernel
import RPC
import TestSupport

/// A ConcertService process with one concert on sale.
final class ConcertProcess: Sendable {
    /// The number of seats in each row of a date.
    static let seatsInARow = 100
    private static let seatsAtOnce = 200_000
    static let usualRoom = RoomID(high: 1, low: 1)

    let program: ServedProgram

    init(url: String? = nil, loops: Int = 1, sharing other: ServedProgram? = nil) throws {
        program = try ServedProgram("ConcertService", url: url, loops: loops, sharing: other)
    }

    func pass(_ user: UserID) -> [UInt8] {
        Passes(program.keys).sign(
            Pass(room: Self.usualRoom, place: PlaceID(of: user), user: user, expiry: .distantFuture))
    }

    /// Adds a date with `count` free seats and every rule on: sale window, limit per user, pass, deadline.
    func open(
        _ name: String, seats count: Int, behind room: RoomID? = usualRoom, on client: Client, now: Timestamp
    ) async throws -> Sale {
        let calls = ConcertClient(client)
        func options() -> CallOptions { program.options(UserID(high: 1, low: 1), .operator, timeout: .minutes(5)) }
        let concert = try await calls.createConcert(
            CreateConcertRequest(name: name, title: name, host: "benchmark", currency: "EUR"), options()
        ).concert.concertID
        let settings = ScheduleSettings(
            name: name, startsAt: now + .days(2), endsAt: now + .days(3), saleOpensAt: Timestamp(milliseconds: 1),
            saleClosesAt: now + .days(1), seatsPerUser: 50, hold: .hours(24), roomID: room)
        let schedule = try await calls.addSchedule(
            AddScheduleRequest(concertID: concert, settings: settings), options()
        ).schedule.scheduleID
        let sale = Sale(concert: concert, schedule: schedule, seats: count)
        let rows = (1...max(1, count / Self.seatsInARow)).map { row in
            let seats = SeatRange(
                section: "H", row: "\(row)", firstNumber: 1, lastNumber: UInt32(min(count, Self.seatsInARow)))
            return SeatOffer(seats: seats, grade: "A", price: Sale.price)
        }
        let rowsAtOnce = Self.seatsAtOnce / Self.seatsInARow
        for start in stride(from: 0, to: rows.count, by: rowsAtOnce) {
            let part = Array(rows[start..<min(start + rowsAtOnce, rows.count)])
            _ = try await calls.setSeats(
                SetSeatsRequest(concertID: sale.concert, scheduleID: sale.schedule, offers: part), options())
        }
        return sale
    }
}

/// A date on sale.
struct Sale: Sendable {
    static let price: UInt64 = 5000

    let concert: ConcertID
    let schedule: ScheduleID
    let seats: Int

    func name(of seat: Int) -> String {
        "H-\(seat / ConcertProcess.seatsInARow + 1)-\(seat % ConcertProcess.seatsInARow + 1)"
    }

    func request(_ seats: [Int], pass: [UInt8]) -> ReserveSeatsRequest {
        ReserveSeatsRequest(
            concertID: concert, scheduleID: schedule, choice: .seats(SeatNames(names: seats.map(name))), pass: pass)
    }
}
