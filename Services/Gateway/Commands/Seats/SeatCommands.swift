import CommandLine
import ConcertAPI
import Journeys
import Kernel

/// Shows the seats of a date, puts them on sale, and takes them off.
enum SeatCommands {
    private static let section = Option("section", .text("NAME"), "draw only this section")

    static let map = Command(
        "seats", "Draws the seats of a date, with their grades and prices.",
        details: "If the date has a waiting line, join it first: gateway join. Seats are named SECTION-ROW-NUMBER.",
        calls: [.concert, .queue], caller: .user, operands: [Operands.optionalTarget], flags: [section],
        examples: ["moon-tour", "moon-tour/friday --section Stalls", "moon-tour --json"],
        run: { run in
            let date = try await ConcertChoice(run: run).date()
            let plan = try await Seats(of: date, run.caller).plan()
            let section = run[section]
            if let section, !plan.sections.contains(section) {
                let hint = section.nearest(among: plan.sections).map { "Did you mean \($0)?" }
                throw GatewayError.refused(
                    "unknown section \(section). "
                        + (hint ?? "The sections are \(plan.sections.joined(separator: ", "))"))
            }
            if plan.blocks.isEmpty, !run.isJSON { return run.console.print("\(date.name) has no seats yet.") }
            run.show(
                plan.json(of: date.name, section: section),
                SeatMap(plan, style: run.style, columns: run.console.columns).text(section: section))
        })

    private static let seat = Operand("SEAT", .text("SEAT"))

    static let history = Command(
        "admin seats history", "Shows who held or bought a seat, when, and why it was returned.",
        calls: [.concert, .wallet], caller: .operator, operands: [Operands.target, seat],
        examples: ["moon-tour/friday Stalls-12-7"],
        run: { run in
            let seat = run[seat]
            let date = try await run.catalogue.date(run[Operands.target])
            let request = ShowSeatHistoryRequest(
                concertID: date.concert.concertID, scheduleID: date.id, seat: seat)
            try await show(try await run.caller.call(ConcertMethods.showSeatHistory, request), of: seat, run)
        })

    private static func show(_ reply: ShowSeatHistoryReply, of seat: String, _ run: Invocation) async throws {
        let users = try await People(run.caller).users(reply.claims.map(\.userID))
        let table = Table(
            [.wrapped("RESERVED"), "STATE", .wrapped("ENDED"), .wrapped("USER"), .wrapped("RETURNED FOR"), "CODE"],
            reply.claims
        ) { claim in
            let reservation = claim.reservation
            // The other seats of the reservation may still be sold.
            let isReturned = claim.returnedAt != nil
            return [
                run.localTime(reservation.reservedAt), isReturned ? "returned" : "\(reservation.state)",
                run.localTime(claim.returnedAt ?? reservation.endedAt), users[claim.userID].label(of: claim.userID),
                isReturned || reservation.dateCancelled ? claim.returnReason : "",
                IDSuffix.text(of: reservation.reservationID),
            ]
        }
        let reason = reply.blockedReason.isEmpty ? "" : " (\(reply.blockedReason.printable))"
        run.show(
            .object([
                "seat": .string(seat), "state": .name(of: reply.state),
                "blockedReason": .text(reply.blockedReason), "grade": .string(reply.grade),
                "createdAt": .time(reply.createdAt), "updatedAt": .time(reply.updatedAt),
                "claims": .list(reply.claims) { claim in
                    JSON.object(["userId": .id(claim.userID)]).adding(users[claim.userID].names).adding([
                        "reservation": claim.reservation.json, "returnReason": .text(claim.returnReason),
                        "returnedAt": .time(claim.returnedAt),
                    ])
                },
            ]),
            "Seat \(seat.printable), grade \(reply.grade.printable): \(reply.state)\(reason)\n"
                + table.text(run.console))
    }

    private static let hall = Option("hall", .path, "file that describes the hall; - for standard input")
    private static let dryRun = Option("dry-run", .flag, "show what would change, and change nothing")
    private static let seats = Operand(list: "SEATS", .seatRow, isRequired: true)
    private static let reason = Option("reason", .text("TEXT"), "reason, shown to users who ask for the seat")

    static let set = Command(
        "admin seats set", "Puts the seats of a hall on sale. Held, sold and blocked seats do not change.",
        details: """
            Each line of the file is SECTION, ROWS, NUMBERS, GRADE, PRICE:
              Stalls, 1-20, 1-40, A, 89.00
              Balcony, A-F, 1-30, B, 45.50
            SECTION and ROWS may be empty. Lines that begin with # are comments. The file can come from a spreadsheet that
            saved it as CSV UTF-8; there, format ROWS and NUMBERS as text, so that 1-20 does not become a day.
            """,
        calls: [.concert], caller: .operator, operands: [Operands.target], flags: [hall, dryRun],
        examples: ["moon-tour/friday --hall hall.csv", "moon-tour/friday --hall hall.csv --dry-run"],
        run: { run in
            let path = try run.required(hall)
            let date = try await run.catalogue.date(run[Operands.target])
            guard let currency = Currency(date.concert.currency) else {
                throw GatewayError.refused("\(date.concert.name) has an unknown currency, \(date.concert.currency)")
            }
            let file = path == "-" ? "/dev/stdin" : path
            let text = try InputFile.required(file, by: hall.flag, isSecret: false)
            let offers = try Hall.offers(text, in: currency)
            if run[dryRun] {
                return HallChanges(of: try await Seats(of: date, run.caller).plan(), to: offers).show(date, run)
            }
            let counts = try await Seats(of: date, run.caller).set(offers)
            let seats = offers.reduce(0) { $0 + UInt64($1.seats.count) }
            let unchanged = seats - min(seats, counts.added + counts.changed)
            show(
                counts, "\(counts.added.counted("seat")) added, \(counts.changed) changed, \(unchanged) unchanged",
                of: date, run)
        })

    static let block = Command(
        "admin seats block", "Takes free seats off sale.",
        calls: [.concert], caller: .operator, operands: [Operands.target, seats], flags: [reason],
        examples: ["moon-tour/friday Stalls-1-1..8 --reason 'the camera stands there'"],
        run: { run in
            let reason = try run.required(reason)
            let date = try await run.catalogue.date(run[Operands.target])
            let request = BlockSeatsRequest(
                concertID: date.concert.concertID, scheduleID: date.id, seats: run[seats].map(\.range), reason: reason)
            let counts = try await run.caller.call(ConcertMethods.blockSeats, request).counts
            show(counts, "\(counts.changed.counted("seat")) taken off sale", of: date, run)
        })

    static let unblock = Command(
        "admin seats unblock", "Puts blocked seats back on sale.",
        calls: [.concert], caller: .operator, operands: [Operands.target, seats],
        examples: ["moon-tour/friday Stalls-1-1..8"],
        run: { run in
            let date = try await run.catalogue.date(run[Operands.target])
            let request = UnblockSeatsRequest(
                concertID: date.concert.concertID, scheduleID: date.id, seats: run[seats].map(\.range))
            let counts = try await run.caller.call(ConcertMethods.unblockSeats, request).counts
            show(counts, "\(counts.changed.counted("seat")) put back on sale", of: date, run)
        })

    static let remove = Command(
        "admin seats remove", "Removes free seats from a date.",
        details: """
            Held, sold and blocked seats stay. To take a seat off sale for a while, block it: gateway admin seats block.
            """,
        calls: [.concert], caller: .operator, operands: [Operands.target, seats], flags: [CommonFlags.requestID],
        examples: ["moon-tour/friday Stalls-1-1..8"],
        run: { run in
            let date = try await run.catalogue.date(run[Operands.target])
            let request = RemoveSeatsRequest(
                concertID: date.concert.concertID, scheduleID: date.id, seats: run[seats].map(\.range))
            let counts = try await run.caller.call(
                ConcertMethods.removeSeats, request, requestID: run.caller.newRequestID()
            ).counts
            show(counts, "\(counts.changed.counted("seat")) removed", of: date, run)
        })

    private static func show(_ counts: SeatChangeCounts, _ change: String, of date: ConcertDate, _ run: Invocation) {
        let kept = counts.kept == 0 ? "" : "; unchanged, because held, sold or blocked: \(counts.kept)"
        run.show(
            .object([
                "date": .string(date.name), "added": .count(counts.added), "changed": .count(counts.changed),
                "kept": .count(counts.kept),
            ]),
            "\(date.name): \(change)\(kept).")
    }
}

extension SeatPlan {
    fileprivate func json(of date: String, section: String?) -> JSON {
        let blocks = only(section)
        func strings(_ state: State) -> JSON { .list(names(state, blocks)) { .string($0) } }
        return .object([
            "date": .string(date),
            "grades": .list(grades) { grade in
                .object([
                    "grade": .string(grade.name), "free": .count(grade.free),
                    "lowestPrice": Money.json(grade.lowestPrice, currency),
                    "highestPrice": Money.json(grade.highestPrice, currency),
                ])
            },
            "blocks": .list(blocks) { block in
                .object([
                    "section": .string(block.section), "row": .string(block.row),
                    "first": .count(block.numbers.lowerBound), "last": .count(block.numbers.upperBound),
                    "grade": .string(block.grade), "price": Money.json(block.price, currency),
                ])
            },
            "free": strings(.free), "held": strings(.held), "sold": strings(.sold), "blocked": strings(.blocked),
        ])
    }
}

extension SeatRange {
    var count: Int { Int(lastNumber) - Int(firstNumber) + 1 }
}
