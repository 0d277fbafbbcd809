import ConcertAPI
import ConcertDomain
import RPC

extension ConcertServer {
    func showSeats(_ request: ShowSeatsRequest, call: Call) async throws -> ShowSeatsReply {
        let key = ScheduleKey(concert: request.concertID, schedule: request.scheduleID)
        let schedule = try await schedules.current(key)
        _ = try checkBrowsing(request.pass, in: schedule.settings.room, call: call)
        return ShowSeatsReply(
            try await maps.current(key), of: schedule, knownVersion: request.knownLayoutVersion)
    }
}
