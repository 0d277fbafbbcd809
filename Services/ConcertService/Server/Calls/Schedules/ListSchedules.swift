import ConcertAPI
import ConcertDomain
import Database
import RPC

extension ConcertServer {
    func listSchedules(_ request: ListSchedulesRequest, call: Call) async throws -> ListSchedulesReply {
        let id = request.concertID
        let (concert, schedules, now) = try await database.read(before: call.deadline) { reader in
            (try ConcertTable.require(id, reader), try ScheduleTable.all(of: id, reader), reader.now)
        }
        _ = try checkBrowsing(request.pass, in: concert.settings.browseRoom.map { [$0] } ?? [], call: call)
        let tallies = try await tallies.current(id)
        let entries = schedules.compactMap { schedule -> ConcertAPI.Schedule? in
            let tally = tallies[schedule.id] ?? SeatTally()
            if !request.name.isEmpty, schedule.settings.name != request.name { return nil }
            if request.onlyWithFreeSeats || request.onlyAvailable, tally.free == 0 { return nil }
            if request.onlyAvailable, !schedule.isOnSale(at: now) { return nil }
            return .init(schedule, tally)
        }
        return ListSchedulesReply(schedules: entries)
    }
}
