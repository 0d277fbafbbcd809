import ConcertAPI
import ConcertDomain
import RPC

extension ConcertServer {
    func showSeats(_ request: ShowSeatsRequest, call: Call) async throws -> ShowSeatsReply {
        let key = ScheduleKey(concert: request.concertID, schedule: request.scheduleID)
        let schedule = try await schedules.current(key)
        _ = try checkBrowsing(request.pass, in: schedule.settings.rooms, call: call)
        let map = try await maps.current(key)
        var reply = ShowSeatsReply(map, of: schedule, knownVersion: request.knownLayoutVersion)
        if request.withFreeSeats {
            let free = map.free(from: Int(request.firstFreeIndex), limit: Self.freeSeatsInReply)
            reply.freeSeats = free.labels.map(\.text)
            reply.nextFreeIndex = UInt32(free.next ?? 0)
        }
        return reply
    }

    /// Keeps a reply within the limit of elements in a message.
    private static let freeSeatsInReply = 10_000
}
