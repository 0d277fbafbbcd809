import ConcertDomain
import Database
import Kernel
import Service
import Telemetry
import Threads

/// The job that reads the figures of the dates on sale for the metrics. Every instance reports all dates, so rules must not add
/// instances.
final class SaleFigures: Sendable {
    static let interval = Duration.seconds(30)
    /// Maximum of dates on sale with figures: those that close first. Metrics keep each name that they ever had.
    static let maximumDates = 20
    /// Maximum of grades of a date with figures of their own. The others share one.
    static let maximumGrades = 20
    /// The most events that are counted.
    private static let maximumEvents = 10_000

    private struct Figures {
        var dates: [DateFigures] = []
        var refunds: [RefundTable.Due] = []
        var events = 0
    }

    private let database: Database
    private let figures = Lock(Figures())

    init(_ environment: ServiceEnvironment) {
        database = environment.database
        let metrics = environment.metrics
        metrics.gauges(
            "concert_seats", "Seats of the \(Self.maximumDates) dates on sale that close first, by grade and state.",
            labels: ["concert", "date", "grade", "state"]
        ) { [weak self] in self?.dates.flatMap(\.seats) ?? [] }
        metrics.gauges(
            "concert_revenue_minor_units", "Price of the valid and used tickets of these dates.",
            labels: ["concert", "date", "grade", "currency"]
        ) { [weak self] in self?.dates.flatMap(\.revenue) ?? [] }
        metrics.gauges(
            "concert_refunds_due", "Refunds that WalletService has not acknowledged.", labels: ["currency"]
        ) { [weak self] in self?.refunds.map { (values: [$0.currency], value: Double($0.count)) } ?? [] }
        metrics.gauges(
            "concert_refunds_due_minor_units", "The amount of these refunds.", labels: ["currency"]
        ) { [weak self] in self?.refunds.map { (values: [$0.currency], value: Double($0.amount)) } ?? [] }
        metrics.gauge(
            "concert_events_waiting",
            "Events that followers cannot read yet, because they have no number. \(Self.maximumEvents) at most."
        ) { [weak self] in Double(self?.figures.withLock { $0.events } ?? 0) }
    }

    private var dates: [DateFigures] { figures.withLock { $0.dates } }
    private var refunds: [RefundTable.Due] { figures.withLock { $0.refunds } }

    func run() async throws {
        var read = try await database.read { reader in
            Figures(
                refunds: try RefundTable.totalDue(reader),
                events: try EventTable.waitingCount(upTo: Self.maximumEvents, reader))
        }
        let schedules = try await database.query { reader in
            try ScheduleTable.onSale(limit: Self.maximumDates, reader)
        }
        // Each date has a scan of its own, because a long one keeps the database from cleaning up.
        for schedule in schedules {
            read.dates.append(
                try await database.scan { reader in
                    DateFigures(
                        of: schedule, in: try ConcertTable.require(schedule.concert, reader),
                        seats: try SeatTable.tallies(of: schedule, reader),
                        revenue: try TicketTable.revenue(of: schedule, reader))
                })
        }
        figures.withLock { [read] in $0 = read }
    }
}

/// The figures of one date on sale.
private struct DateFigures: Sendable {
    typealias Reading = (values: [String], value: Double)

    private struct Grade {
        var tally = SeatTally()
        var revenue: Int64 = 0
    }

    private let names: [String]
    private let currency: String
    private let grades: [(name: String, figures: Grade)]

    init(of schedule: Schedule, in concert: Concert, seats: [String: SeatTally], revenue: [String: Int64]) {
        names = [concert.name, schedule.settings.name]
        currency = concert.currency.code
        let all = Set(seats.keys).union(revenue.keys).sorted().map { name in
            (name: name, figures: Grade(tally: seats[name] ?? SeatTally(), revenue: revenue[name] ?? 0))
        }
        let rest = all.dropFirst(SaleFigures.maximumGrades).map(\.figures)
        let other = rest.reduce(into: Grade()) { sum, grade in
            sum.tally.add(grade.tally)
            sum.revenue += grade.revenue
        }
        grades = all.prefix(SaleFigures.maximumGrades) + (rest.isEmpty ? [] : [(name: "other grades", figures: other)])
    }

    var seats: [Reading] {
        grades.flatMap { grade, figures in
            let tally = figures.tally
            return [("free", tally.free), ("held", tally.held), ("sold", tally.sold), ("blocked", tally.blocked)].map {
                (values: names + [grade, $0], value: Double($1))
            }
        }
    }

    var revenue: [Reading] {
        grades.map { grade, figures in (values: names + [grade, currency], value: Double(figures.revenue)) }
    }
}
