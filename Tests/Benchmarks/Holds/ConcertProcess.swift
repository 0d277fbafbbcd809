import ConcertAPI
import Glibc
import Identity
import Kernel
import RPC
import TestSupport

/// The program itself, with one concert on sale.
final class ConcertProcess: Sendable {
    /// Seats of one date: rows of a hundred.
    static let seatsInARow = 100
    private static let seatsAtOnce = 200_000
    private static let room = RoomID(high: 1, low: 1)

    let keys: KeyFile
    let address: Address
    private let process: ChildProcess
    private let folder = TemporaryFolder()

    /// On a new SQLite file, unless `url` says otherwise.
    init(url: String?, loops: Int) throws {
        let path = "\(folder.path)/keys"
        keys = try KeyFile.create(at: path)
        // Its log says where it listens.
        process = ChildProcess([
            "sh", "-c", "exec \"$@\" 2>&1", "sh", ChildProcess.path(of: "ConcertService"), "--database",
            url ?? "sqlite://\(folder.path)/concert.db", "--keys", path, "--listen", "127.0.0.1:0", "--status-listen",
            "127.0.0.1:0", "--loops", "\(loops)",
        ])
        while let line = process.readLine() {
            guard line.contains("listening"), let word = line.split(separator: "address=").last,
                let address = Address(String(word.prefix { $0 != " " && $0 != "\"" }))
            else { continue }
            self.address = address
            return
        }
        throw BenchmarkError(
            "ConcertService did not start; is it built? swift build -c release --product ConcertService")
    }

    func figures() throws -> ProcessFigures { try ProcessFigures(of: process.id) }

    func stop() {
        process.kill(SIGKILL)
        while process.readLine() != nil {}
        process.wait()
    }

    func credential(_ user: UserID, _ role: Role) -> [UInt8] {
        Credentials(keys).sign(Credential(user: user, role: role, expiry: .distantFuture))
    }

    func pass(_ user: UserID) -> [UInt8] {
        Passes(keys).sign(Pass(room: Self.room, place: PlaceID(of: user), user: user, expiry: .distantFuture))
    }

    /// A date with so many free seats; all rules are on: sale window, limit per user, pass, deadline.
    func open(_ name: String, seats count: Int, on client: Client, now: Timestamp) async throws -> Sale {
        let calls = ConcertClient(client)
        let admin = credential(UserID(high: 1, low: 1), .operator)
        func options() -> CallOptions {
            CallOptions(timeout: .minutes(5), requestID: .make(at: now), credential: admin)
        }
        let concert = try await calls.createConcert(
            CreateConcertRequest(name: name, title: name, host: "benchmark", currency: "EUR"), options()
        ).concert?.concertID
        let settings = ScheduleSettings(
            name: name, startsAtMs: UInt64((now + .days(2)).milliseconds),
            endsAtMs: UInt64((now + .days(3)).milliseconds),
            saleOpensAtMs: 1, saleClosesAtMs: UInt64((now + .days(1)).milliseconds), seatsPerUser: 50,
            holdMs: 86_400_000, roomID: Self.room.bytes)
        let schedule = try await calls.addSchedule(
            AddScheduleRequest(concertID: concert ?? [], settings: settings), options()
        ).schedule?.scheduleID
        let sale = Sale(concert: concert ?? [], schedule: schedule ?? [], seats: count)
        let rows = (1...max(1, count / Self.seatsInARow)).map { row in
            let seats = SeatRange(
                section: "H", row: "\(row)", firstNumber: 1, lastNumber: UInt32(min(count, Self.seatsInARow)))
            return SeatOffer(seats: seats, grade: "A", price: 5000)
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

/// One date on sale.
struct Sale: Sendable {
    let concert: [UInt8]
    let schedule: [UInt8]
    let seats: Int

    func name(of seat: Int) -> String {
        "H-\(seat / ConcertProcess.seatsInARow + 1)-\(seat % ConcertProcess.seatsInARow + 1)"
    }

    func wish(_ seats: [Int], pass: [UInt8]) -> ReserveSeatsRequest {
        ReserveSeatsRequest(
            concertID: concert, scheduleID: schedule, wish: .seats(SeatNames(names: seats.map(name))), pass: pass)
    }
}
