import ConcertAPI
import ConcertDomain
import Database
import Kernel
import RPC
import Service

extension ConcertServer {
    func addSchedule(_ request: AddScheduleRequest, call: Call) async throws -> AddScheduleReply {
        let id = ScheduleID(of: try call.requestID)
        let settings = try Schedule.Settings(request.settings)
        let schedule = try await database.transaction(before: call.deadline) { tx in
            let schedule = Schedule(id, of: try ConcertTable.require(request.concertID, tx), settings, now: tx.now)
            guard try ScheduleTable.insert(schedule, tx) else {
                return try ScheduleTable.require(id, of: request.concertID, tx).matching(settings)
            }
            guard try ScheduleTable.takeName(of: schedule, tx) else { throw ConcertRefusal.nameTaken(settings.name) }
            try ActionTable.append(call, tx)
            return schedule
        }
        return AddScheduleReply(schedule: .init(schedule))
    }
}
