import ConcertAPI
import ConcertDomain
import Database
import RPC
import Service

extension ConcertServer {
    func setPresales(_ request: SetPresalesRequest, call: Call) async throws -> SetPresalesReply {
        let id = try call.requestID
        let key = ScheduleKey(concert: request.concertID, schedule: request.scheduleID)
        let rooms = request.presales.map(\.roomID)
        let schedule = try await database.transaction(before: call.deadline) { tx in
            let old = try ScheduleTable.require(key.schedule, of: key.concert, tx)
            var schedule = old
            if try schedule.setPresales(rooms, version: Int64(clamping: request.version), by: id, now: tx.now) {
                guard try ScheduleTable.save(schedule, was: old, tx) else { throw tx.conflict() }
                try ActionTable.append(call, tx)
            }
            return schedule
        }
        schedules.invalidate(key)
        return SetPresalesReply(schedule: .init(schedule))
    }
}
