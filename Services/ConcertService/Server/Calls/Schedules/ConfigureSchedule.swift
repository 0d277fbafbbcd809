import ConcertAPI
import ConcertDomain
import Database
import RPC
import Service

extension ConcertServer {
    func configureSchedule(_ request: ConfigureScheduleRequest, call: Call) async throws -> ConfigureScheduleReply {
        let id = try call.requestID
        let key = ScheduleKey(concert: request.concertID, schedule: request.scheduleID)
        let settings = try Schedule.Settings(request.settings)
        let schedule = try await database.transaction(before: call.deadline) { tx in
            let old = try ScheduleTable.require(key.schedule, of: key.concert, tx)
            var schedule = old
            guard try schedule.configure(settings, version: Int64(clamping: request.version), by: id, now: tx.now)
            else {
                return schedule
            }
            guard try ScheduleTable.save(schedule, was: old, tx) else { throw ConcertRefusal.nameTaken(settings.name) }
            try ActionTable.append(call, tx)
            return schedule
        }
        schedules.invalidate(key)
        return ConfigureScheduleReply(schedule: .init(schedule))
    }
}
