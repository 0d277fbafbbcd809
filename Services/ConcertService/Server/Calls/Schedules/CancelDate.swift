import ConcertAPI
import ConcertDomain
import Database
import Kernel
import RPC
import Service

extension ConcertServer {
    /// Begins the cancellation. The job `CancelDates` does the rest.
    func cancelDate(_ request: CancelDateRequest, call: Call) async throws -> CancelDateReply {
        let key = ScheduleKey(concert: request.concertID, schedule: request.scheduleID)
        let id = CancellationID(of: try call.requestID)
        if !request.confirmation.isEmpty {
            try await database.transaction(before: call.deadline) { tx in
                let old = try ScheduleTable.require(key.schedule, of: key.concert, tx)
                var schedule = old
                let cancellation = DateCancellation(id, reason: request.reason, at: tx.now)
                guard try schedule.cancel(cancellation, confirmedBy: request.confirmation) else { return }
                try ScheduleTable.cancel(schedule, was: old, tx)
                try CancellationTable.insert(key, tx)
                try EventTable.append([SaleEvent.cancelled(schedule, now: tx.now)], tx)
                try ActionTable.append(call, tx)
            }
            schedules.invalidate(key)
            maps.invalidate(key)
        }
        return try await database.scan(before: call.deadline) { reader in
            let schedule = try ScheduleTable.require(key.schedule, of: key.concert, reader)
            return CancelDateReply(
                schedule, done: try CancellationTable.find(key, reader), left: try CancelledParts(of: schedule, reader))
        }
    }
}

extension CancelledParts {
    /// What a cancellation would still cancel.
    fileprivate init(of schedule: Schedule, _ reader: Reader) throws {
        self.init()
        for row in try SeatTable.tallies(of: schedule.concert, reader) where row.schedule == schedule.id {
            seats += UInt64(row.tally.free + row.tally.held + row.tally.sold)
            if schedule.cancellation == nil { seats += UInt64(row.tally.blocked) }
            held += UInt64(row.tally.held)
        }
        for sales in try TicketTable.sales(of: schedule.concert, reader)
        where sales.schedule == schedule.id && sales.state != .cancelled {
            tickets += UInt64(clamping: sales.count)
            refunded += UInt64(clamping: sales.price)
        }
    }
}

extension CancelDateReply {
    fileprivate init(_ schedule: Schedule, done: CancellationTable.Progress?, left: CancelledParts) {
        let cancelled = done.map { done in
            CancelledParts(
                seats: UInt64(done.seats), held: UInt64(done.holds), tickets: UInt64(done.tickets),
                refunded: UInt64(done.refunded))
        }
        self.init(
            left: left, done: cancelled ?? CancelledParts(), currency: schedule.currency.code,
            confirmation: schedule.cancellation == nil ? schedule.confirmation : "",
            reason: schedule.cancellation?.reason ?? "", cancelledAt: schedule.cancellation?.at,
            finishedAt: done?.finishedAt)
    }
}
