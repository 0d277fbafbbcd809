import CommandLine
import ConcertAPI
import Journeys
import Kernel

enum SalesReport {
    private static let csv = Option("csv", .flag, "print comma-separated values, for a spreadsheet")

    /// The width that one table of a usual report needs.
    private static let wideColumns = 100

    static let command = Command(
        "admin report", "Shows the sales of a concert by date and grade.",
        calls: [.concert], caller: .operator, operands: [Operands.concert], flags: [csv],
        examples: ["moon-tour", "gateway admin report moon-tour --csv > moon-tour.csv"],
        run: show)

    private static func show(_ run: Invocation) async throws {
        let concert = try await run.catalogue.concert(named: run[Operands.concert])
        let request = SalesReportRequest(concertID: concert.concertID)
        let report = try await run.caller.call(ConcertMethods.salesReport, request)
        let heading = [
            "DATE", "GRADE", "FREE", "HELD", "SOLD", "BLOCKED", "USED", "CANCELLED", "REVENUE", "REFUNDED", "KEPT",
        ]
        if run[csv] || run.format == .csv {
            let rows = report.lines.map { line in
                cells(line) { Money.digits($0, report.currency) } + [report.currency]
            }
            let lines = [heading.map { $0.lowercased() } + ["currency"]] + rows
            return run.console.print(lines.map { CSV.record($0) + "\n" }.joined())
        }
        func table(_ columns: [Int]) -> String {
            Table(columns.map { $0 < 2 ? .left(heading[$0]) : .right(heading[$0]) }, report.lines) { line in
                let cells = cells(line) { Money.text($0, report.currency) }
                return columns.map { cells[$0] }
            }.text(run.console)
        }
        // A narrow terminal gets the seats and the money one below the other.
        let isWide = !run.console.isTerminal || run.console.columns >= wideColumns
        let tables = isWide ? [Array(heading.indices)] : [Array(0..<8), [0, 1] + Array(8..<heading.count)]
        let revenue = report.lines.reduce(0) { $0 + $1.revenue }
        run.show(
            .object([
                "concert": .string(concert.name), "revenue": Money.json(revenue, report.currency),
                "lines": .list(report.lines) { json($0, report.currency) },
            ]), tables.map(table).joined(separator: "\n") + "Revenue: \(Money.text(revenue, report.currency))")
    }

    private static func json(_ line: SalesLine, _ currency: String) -> JSON {
        .object([
            "date": .string(line.scheduleName), "grade": .string(line.grade),
            "counts": line.counts.map(\.json), "revenue": Money.json(line.revenue, currency),
            "used": .count(line.used), "cancelled": .count(line.cancelled),
            "refunded": Money.json(line.refunded, currency), "kept": Money.json(line.kept, currency),
        ])
    }

    private static func cells(_ line: SalesLine, _ money: (UInt64) -> String) -> [String] {
        let counts = line.counts ?? SeatCounts()
        return [line.scheduleName, line.grade]
            + [counts.free, counts.held, counts.sold, counts.blocked, line.used, line.cancelled].map { "\($0)" }
            + [line.revenue, line.refunded, line.kept].map(money)
    }
}
