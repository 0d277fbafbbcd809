import ConcertAPI
import ConcertDomain
import Database
import RPC
import Service

extension ConcertServer {
    func moveDate(_ request: MoveDateRequest, call: Call) async throws -> MoveDateReply {
        let key = ScheduleKey(concert: request.concertID, schedule: request.scheduleID)
        let move = MoveRequest(
            try call.requestID, startsAt: request.startsAt, endsAt: request.endsAt, reason: request.reason,
            returnUntil: request.returnUntil, saleClosesAt: request.saleClosesAt, cancelUntil: request.cancelUntil)
        let schedule = try await database.transaction(before: call.deadline) { tx in
            let old = try ScheduleTable.require(key.schedule, of: key.concert, tx)
            var schedule = old
            if try schedule.move(move, version: Int64(clamping: request.version), now: tx.now) {
                guard try ScheduleTable.save(schedule, was: old, tx) else { throw tx.conflict() }
                try EventTable.append([SaleEvent.moved(schedule, now: tx.now)], tx)
                try ActionTable.append(call, tx)
            }
            return schedule
        }
        schedules.invalidate(key)
        return MoveDateReply(schedule: .init(schedule))
    }
}
