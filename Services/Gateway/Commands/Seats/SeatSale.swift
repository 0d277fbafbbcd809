import CommandLine
import ConcertAPI
import Glibc
import Journeys
import Kernel

/// Puts seats on sale, and takes them off.
enum SeatSale {
    private static let hall = Option("hall", .path, "file that describes the hall; - for standard input")
    private static let seats = Operand("SEATS", ValueKind<SeatRow>.seatRow, .some)
    private static let reason = Option("reason", .text("TEXT"), "reason, shown to users who ask for the seat")
    private static let maximumHallBytes = 1 << 20

    static let set = Command(
        "admin seats set", "Puts the seats of a hall on sale. Held, sold and blocked seats do not change.",
        details: """
            Each line of the file is SECTION, ROWS, NUMBERS, GRADE, PRICE:
              Stalls, 1-20, 1-40, A, 89.00
              Balcony, A-F, 1-30, B, 45.50
            SECTION and ROWS may be empty. Lines that begin with # are comments.
            """,
        calls: [.concert], caller: .operator, operands: [Operands.target], flags: [hall],
        examples: ["gateway admin seats set moon-tour/friday --hall hall.csv"],
        run: { run in
            let path = try run.arguments.required(hall)
            let date = try await run.catalogue.date(try run.arguments.required(Operands.target))
            guard let currency = Currency(date.concert.currency) else {
                throw GatewayError.refused("\(date.concert.name) has an unknown currency, \(date.concert.currency)")
            }
            let offers = try Hall.offers(try read(path), in: currency)
            let counts = try await Seats(of: date, run.caller).set(offers)
            let seats = offers.reduce(0) { $0 + UInt64($1.seats?.count ?? 0) }
            let unchanged = seats - min(seats, counts.added + counts.changed)
            show(
                counts, "\(counts.added) seats added, \(counts.changed) changed, \(unchanged) unchanged", of: date, run)
        })

    static let block = Command(
        "admin seats block", "Takes free seats off sale.",
        calls: [.concert], caller: .operator, operands: [Operands.target, seats], flags: [reason],
        examples: ["gateway admin seats block moon-tour/friday Stalls-1-1..8 --reason 'the camera stands there'"],
        run: { run in
            let reason = try run.arguments.required(reason)
            let ranges = try run.arguments.values(seats).map(\.range)
            let date = try await run.catalogue.date(try run.arguments.required(Operands.target))
            let request = BlockSeatsRequest(
                concertID: date.concert.concertID, scheduleID: date.id, seats: ranges, reason: reason)
            let counts = try await run.caller.call(ConcertMethods.blockSeats, request).counts ?? SeatChangeCounts()
            show(counts, "\(counts.changed) seats taken off sale", of: date, run)
        })

    static let unblock = Command(
        "admin seats unblock", "Puts blocked seats back on sale.",
        calls: [.concert], caller: .operator, operands: [Operands.target, seats],
        examples: ["gateway admin seats unblock moon-tour/friday Stalls-1-1..8"],
        run: { run in
            let ranges = try run.arguments.values(seats).map(\.range)
            let date = try await run.catalogue.date(try run.arguments.required(Operands.target))
            let request = UnblockSeatsRequest(
                concertID: date.concert.concertID, scheduleID: date.id, seats: ranges)
            let counts = try await run.caller.call(ConcertMethods.unblockSeats, request).counts ?? SeatChangeCounts()
            show(counts, "\(counts.changed) seats put back on sale", of: date, run)
        })

    private static func show(_ counts: SeatChangeCounts, _ change: String, of date: ConcertDate, _ run: Invocation) {
        let kept = counts.kept == 0 ? "" : "; \(counts.kept) are held, sold or blocked, and did not change"
        run.show(
            .object([
                "date": .string(date.name), "added": .count(counts.added), "changed": .count(counts.changed),
                "kept": .count(counts.kept),
            ]),
            "\(date.name): \(change)\(kept).")
    }

    private static func read(_ path: String) throws(GatewayError) -> String {
        guard let file = fopen(path == "-" ? "/dev/stdin" : path, "r") else {
            throw GatewayError(.file, "\(hall.name): cannot read \(path): \(String(cString: strerror(errno)))")
        }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: maximumHallBytes + 1)
        let count = fread(&bytes, 1, bytes.count, file)
        guard count <= maximumHallBytes else {
            throw GatewayError(.file, "\(hall.name): \(path) is too large: the limit is \(maximumHallBytes) bytes")
        }
        return String(decoding: bytes.prefix(count), as: UTF8.self)
    }
}

extension SeatRange {
    fileprivate var count: Int { Int(lastNumber) - Int(firstNumber) + 1 }
}
