import ConcertAPI
import ConcertDomain
import Database
import RPC
import Service

extension ConcertServer {
    func setReturnPolicy(_ request: SetReturnPolicyRequest, call: Call) async throws -> SetReturnPolicyReply {
        let id = try call.requestID
        let key = ScheduleKey(concert: request.concertID, schedule: request.scheduleID)
        let policy = try ReturnPolicy(
            request.steps.map {
                .init(daysBeforeStart: Int($0.daysBeforeStart), keptPercent: Int($0.keptPercent))
            })
        let schedule = try await database.transaction(before: call.deadline) { tx in
            let old = try ScheduleTable.require(key.schedule, of: key.concert, tx)
            var schedule = old
            let isNew = try schedule.setReturnPolicy(
                policy, until: request.cancelUntil, version: Int64(clamping: request.version), by: id, now: tx.now)
            if isNew {
                guard try ScheduleTable.save(schedule, was: old, tx) else { throw tx.conflict() }
                try ActionTable.append(call, tx)
            }
            return schedule
        }
        schedules.invalidate(key)
        return SetReturnPolicyReply(schedule: .init(schedule))
    }
}
