import CommandLine
import ConcertAPI
import Journeys
import Kernel

enum SalesReport {
    private static let concert = Operand("CONCERT", ValueKind<String>.text("CONCERT"))
    private static let csv = Option("csv", .flag, "print comma-separated values, for a spreadsheet")

    static let command = Command(
        "admin report", "Shows the sales of a concert by date and grade.",
        calls: [.concert], caller: .operator, operands: [concert], flags: [csv],
        examples: ["gateway admin report moon-tour", "gateway admin report moon-tour --csv > moon-tour.csv"],
        run: show)

    private static func show(_ run: Invocation) async throws {
        let concert = try await run.catalogue.concert(named: try run.arguments.required(concert))
        let request = SalesReportRequest(concertID: concert.concertID)
        let report = try await run.caller.call(ConcertMethods.salesReport, request)
        if run.arguments.isGiven(csv) {
            let heading = "date,grade,free,held,sold,blocked,used,cancelled,revenue,refunded,currency\n"
            return run.console.print(heading + report.lines.map { csvLine($0, report.currency) }.joined())
        }
        var table = Table([
            ("DATE", .left), ("GRADE", .left), ("FREE", .right), ("HELD", .right), ("SOLD", .right),
            ("BLOCKED", .right), ("USED", .right), ("CANCELLED", .right), ("REVENUE", .right), ("REFUNDED", .right),
        ])
        for line in report.lines {
            let counts = line.counts ?? SeatCounts()
            table.add(
                [line.scheduleName, line.grade]
                    + [counts.free, counts.held, counts.sold, counts.blocked, line.used, line.cancelled].map { "\($0)" }
                    + [Money.text(line.revenue, report.currency), Money.text(line.refunded, report.currency)])
        }
        let revenue = report.lines.reduce(0) { $0 + $1.revenue }
        run.show(
            .object([
                "concert": .string(concert.name), "revenue": Money.json(revenue, report.currency),
                "lines": .list(report.lines) { json($0, report.currency) },
            ]), table.text(run.console) + "Revenue: \(Money.text(revenue, report.currency))")
    }

    private static func json(_ line: SalesLine, _ currency: String) -> JSON {
        .object([
            "date": .string(line.scheduleName), "grade": .string(line.grade),
            "counts": line.counts.map(DateReport.json), "revenue": Money.json(line.revenue, currency),
            "used": .count(line.used), "cancelled": .count(line.cancelled),
            "refunded": Money.json(line.refunded, currency),
        ])
    }

    /// One line. Amounts have no currency, because the currency has its own column.
    private static func csvLine(_ line: SalesLine, _ currency: String) -> String {
        let counts = line.counts ?? SeatCounts()
        func number(_ amount: UInt64) -> String { String(Money.text(amount, currency).prefix { $0 != " " }) }
        let fields =
            [quoted(line.scheduleName), quoted(line.grade)]
            + [counts.free, counts.held, counts.sold, counts.blocked, line.used, line.cancelled].map { "\($0)" }
            + [number(line.revenue), number(line.refunded), currency]
        return fields.joined(separator: ",") + "\n"
    }

    private static func quoted(_ text: String) -> String {
        guard text.contains(where: { $0 == "," || $0 == "\"" }) else { return text }
        return "\"" + text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
    }
}
