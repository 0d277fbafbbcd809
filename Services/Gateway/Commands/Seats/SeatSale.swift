import CommandLine
import ConcertAPI
import Journeys
import Kernel

/// Puts seats on sale, and takes them off.
enum SeatSale {
    private static let hall = Option("hall", .path, "file that describes the hall; - for standard input")
    private static let seats = Operand(list: "SEATS", .seatRow, isRequired: true)
    private static let reason = Option("reason", .text("TEXT"), "reason, shown to users who ask for the seat")

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
            let path = try run.required(hall)
            let date = try await run.catalogue.date(run[Operands.target])
            guard let currency = Currency(date.concert.currency) else {
                throw GatewayError.refused("\(date.concert.name) has an unknown currency, \(date.concert.currency)")
            }
            let file = path == "-" ? "/dev/stdin" : path
            let text = try InputFile.required(file, by: hall.flag, isSecret: false)
            let offers = try Hall.offers(text, in: currency)
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
            let reason = try run.required(reason)
            let date = try await run.catalogue.date(run[Operands.target])
            let request = BlockSeatsRequest(
                concertID: date.concert.concertID, scheduleID: date.id, seats: run[seats].map(\.range), reason: reason)
            let counts = try await run.caller.call(ConcertMethods.blockSeats, request).counts ?? SeatChangeCounts()
            show(counts, "\(counts.changed) seats taken off sale", of: date, run)
        })

    static let unblock = Command(
        "admin seats unblock", "Puts blocked seats back on sale.",
        calls: [.concert], caller: .operator, operands: [Operands.target, seats],
        examples: ["gateway admin seats unblock moon-tour/friday Stalls-1-1..8"],
        run: { run in
            let date = try await run.catalogue.date(run[Operands.target])
            let request = UnblockSeatsRequest(
                concertID: date.concert.concertID, scheduleID: date.id, seats: run[seats].map(\.range))
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
}

extension SeatRange {
    fileprivate var count: Int { Int(lastNumber) - Int(firstNumber) + 1 }
}
