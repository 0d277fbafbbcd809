import ConcertAPI
import ConcertDomain
import Database
import Kernel
import RPC

extension ConcertServer {
    func salesReport(_ request: SalesReportRequest, call: Call) async throws -> SalesReportReply {
        let id = request.concertID
        return try await database.scan(before: call.deadline) { reader in
            let concert = try ConcertTable.require(id, reader)
            let schedules = try ScheduleTable.all(of: id, reader)
            var lines: [Cell: SalesLine] = [:]
            var tallies: [Cell: SeatTally] = [:]
            for (schedule, grade, tally) in try SeatTable.tallies(of: id, reader) {
                tallies[Cell(schedule: schedule, grade: grade), default: SeatTally()].add(tally)
            }
            for (cell, tally) in tallies { lines[cell, default: SalesLine(cell)].counts = SeatCounts(tally) }
            for sales in try TicketTable.sales(of: id, reader) {
                let cell = Cell(schedule: sales.schedule, grade: sales.grade)
                lines[cell, default: SalesLine(cell)].add(sales)
            }
            return SalesReportReply(
                lines: schedules.flatMap { schedule in
                    lines.filter { $0.key.schedule == schedule.id }.sorted { $0.key.grade < $1.key.grade }.map {
                        var line = $0.value
                        line.scheduleName = schedule.settings.name
                        return line
                    }
                }, currency: concert.currency.code)
        }
    }

    /// The key of a line in the report.
    fileprivate struct Cell: Hashable {
        let schedule: ScheduleID
        let grade: String
    }
}

extension SalesLine {
    fileprivate init(_ cell: ConcertServer.Cell) {
        self.init(scheduleID: cell.schedule, grade: cell.grade)
    }

    fileprivate mutating func add(_ sales: TicketTable.Sales) {
        let (count, price) = (UInt64(clamping: sales.count), UInt64(clamping: sales.price))
        switch sales.state {
        case .valid: revenue += price
        case .used:
            revenue += price
            used += count
        case .cancelled:
            cancelled += count
            refunded += UInt64(clamping: sales.refunded)
            kept += UInt64(clamping: sales.kept)
        }
    }
}
