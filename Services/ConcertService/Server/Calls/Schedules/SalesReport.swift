import ConcertAPI
import ConcertDomain
import Database
import Kernel
import RPC

extension ConcertServer {
    func salesReport(_ request: SalesReportRequest, call: Call) async throws -> SalesReportReply {
        let id = try ConcertID(field: request.concertID, "concert_id")
        return try await database.scan(before: call.deadline) { reader in
            let concert = try ConcertTable.require(id, reader)
            let schedules = try ScheduleTable.all(of: id, reader)
            var lines: [Cell: SalesLine] = [:]
            var tallies: [Cell: SeatTally] = [:]
            for (schedule, grade, tally) in try SeatTallyQuery.lines(of: id, reader) {
                tallies[Cell(schedule: schedule, grade: grade), default: SeatTally()].add(tally)
            }
            for (cell, tally) in tallies { lines[cell, default: SalesLine()].counts = SeatCounts(tally) }
            for (cell, state, count, price) in try Self.tickets(of: id, reader) {
                lines[cell, default: SalesLine()].add(state, count: count, price: price)
            }
            return SalesReportReply(
                lines: schedules.flatMap { schedule in
                    lines.filter { $0.key.schedule == schedule.id }.sorted { $0.key.grade < $1.key.grade }.map {
                        var line = $0.value
                        line.scheduleID = schedule.id.bytes
                        line.scheduleName = schedule.settings.name
                        line.grade = $0.key.grade
                        return line
                    }
                }, currency: concert.currency.code)
        }
    }

    /// The key of a line in the report.
    private struct Cell: Hashable {
        let schedule: ScheduleID
        let grade: String
    }

    private static func tickets(
        of concert: ConcertID, _ reader: Reader
    ) throws -> [(Cell, Ticket.State, count: UInt64, price: UInt64)] {
        try reader.rows(
            """
            select schedule_id, grade, state, count(*), cast(sum(price) as bigint) from ticket
            where concert_id = $1 group by schedule_id, grade, state
            """, concert
        ) { row in
            guard let state = Ticket.State(rawValue: try row.int(2)) else {
                throw DatabaseError(.damaged, "a ticket has an unknown state")
            }
            let cell = Cell(schedule: try row.id(0), grade: try row.text(1))
            return (cell, state, UInt64(clamping: try row.int64(3)), UInt64(clamping: try row.int64(4)))
        }
    }
}

extension SalesLine {
    fileprivate mutating func add(_ state: Ticket.State, count: UInt64, price: UInt64) {
        switch state {
        case .valid: revenue += price
        case .used:
            revenue += price
            used += count
        case .cancelled:
            cancelled += count
            refunded += price
        }
    }
}
