import CommandLine
import ConcertAPI
import Journeys
import Kernel

/// Writes all reservations, tickets, buyers or payments of a concert as CSV or JSON lines.
enum ExportCommands {
    private static let output = Option("output", .path, "write to this new file, not to standard output")
    private static let resume = Option("resume", .flag, "continue the file of --output after its last complete line")
    private static let after = Option(
        "after", .text("KEY"), "continue after this key, which a broken export to standard output names")

    static let reservations = command("reservations", "Exports the reservations of a concert.") { run, concert in
        let dates = try await names(of: concert, run)
        try await write(.reservations(of: concert, dates: dates, run), run)
    }

    static let tickets = command("tickets", "Exports the tickets of a concert.") { run, concert in
        let dates = try await names(of: concert, run)
        try await write(.tickets(of: concert, dates: dates, run), run)
    }

    static let buyers = command("buyers", "Exports the buyers of a concert, with their tickets in numbers.") {
        run, concert in
        try await write(.buyers(of: concert, run), run)
    }

    static let payments = command("payments", "Exports the payments for a concert.") { run, concert in
        try await write(.payments(for: concert, run), run)
    }

    private static func command(
        _ name: String, _ summary: String, _ write: @escaping @Sendable (Invocation, Concert) async throws -> Void
    ) -> Command {
        Command(
            "admin export \(name)", summary,
            details: """
                It prints CSV, or JSON lines with --json. A cell that a spreadsheet would run as a formula begins with
                an apostrophe. Rows come in the order of their keys, page by page: rows that change meanwhile appear in
                their old or new state. If the export breaks, the message says how to continue it.
                """,
            calls: [.concert, .wallet], caller: .operator, operands: [Operands.concert],
            flags: [output, resume, after],
            examples: [
                "moon-tour --output \(name).csv", "moon-tour --json", "moon-tour --output \(name).csv --resume",
            ],
            run: { run in try await write(run, try await run.catalogue.concert(named: run[Operands.concert])) })
    }

    /// The names of the dates by their ids.
    private static func names(of concert: Concert, _ run: Invocation) async throws -> [ScheduleID: String] {
        let dates = try await run.catalogue.dates(of: concert)
        return Dictionary(dates.map { ($0.id, $0.settings.name) }) { first, _ in first }
    }

    private static func write<Row>(_ export: Export<Row>, _ run: Invocation) async throws {
        let (file, start) = try target(of: export, run)
        var key = start ?? []
        func append(_ text: String) throws {
            guard !text.isEmpty else { return }
            if let file { try file.append(text) } else { run.console.print(text) }
        }
        if start == nil, !run.isJSON { try append(export.heading) }
        var count = 0
        do {
            while true {
                let page = try await export.page(key)
                try append(export.text(of: page, asJSON: run.isJSON))
                count += page.rows.count
                guard let next = page.next else { break }
                key = next
            }
            try file?.close()
        } catch {
            throw broken(run.error(error), after: key, count, isFile: file != nil)
        }
        if let path = run[output] { run.note("\(count.counted("row")) written to \(path).") }
    }

    private static func broken(
        _ error: GatewayError, after key: [String], _ count: Int, isFile: Bool
    ) -> GatewayError {
        var error = error
        let flag = isFile ? resume.flag : key.isEmpty ? "" : "\(after.flag) \(key.joined(separator: ","))"
        let words = flag.isEmpty ? "" : " with: \(flag)"
        let hint =
            "\(count.counted("row")) \(count == 1 ? "is" : "are") complete. To continue, repeat the command\(words)"
        error.hint = error.hint.map { "\($0). \(hint)" } ?? hint
        return error
    }

    /// The file to write, or nil for standard output, and the key to continue after. Nil for a new export. Empty if only
    /// the heading is written.
    private static func target<Row>(
        of export: Export<Row>, _ run: Invocation
    ) throws(GatewayError) -> (file: ExportFile?, after: [String]?) {
        guard let path = run[output] else {
            guard !run[resume] else { throw .usage("\(resume.flag) needs \(output.flag). Pass both") }
            guard let text = run[after] else { return (nil, nil) }
            guard let key = export.key(ofLine: text), text == key.joined(separator: ",") else {
                throw .usage("\(after.flag) \(text) is not a key that a broken export has named")
            }
            return (nil, key)
        }
        guard run[after] == nil else { throw .usage("\(after.flag) is for standard output. Pass \(resume.flag)") }
        guard run[resume], let file = try ExportFile(continuing: path) else {
            return (try ExportFile(creating: path), nil)
        }
        guard let lines = try file.completeLines() else { return (file, nil) }
        let isSameKind =
            run.isJSON ? lines.first.hasPrefix("{") : CSV.record(export.headings) == lines.first
        guard isSameKind else {
            throw .refused("\(path) is another export", hint: "Pass the command and format that began it")
        }
        if !run.isJSON, lines.first == lines.last { return (file, []) }
        guard let key = export.key(ofLine: lines.last) else {
            throw .refused("the last line of \(path) is no row of an export", hint: "Begin again in another file")
        }
        return (file, key)
    }
}
