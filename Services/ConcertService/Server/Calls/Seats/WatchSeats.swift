import ConcertAPI
import ConcertDomain
import Identity
import Kernel
import RPC

extension ConcertServer {
    /// Polls the cached map, so it also sends the expiry of holds. The stream ends when the pass expires. To continue,
    /// the user calls again with a new pass.
    func watchSeats(_ request: WatchSeatsRequest, call: Call, items: ItemWriter<WatchSeatsItem>) async throws {
        let key = ScheduleKey(concert: request.concertID, schedule: request.scheduleID)
        let schedule = try await schedules.current(key)
        let pass = try checkBrowsing(request.pass, in: schedule.settings.rooms, call: call)
        var last = try await maps.current(key)
        try await items.send(WatchSeatsItem(news: .map(ShowSeatsReply(last, of: schedule))))
        while true {
            try await clock.sleep(for: SeatMaps.age)
            if let pass, pass.expiry <= clock.now {
                throw ConcertRefusal.passRefused("it expired at \(pass.expiry)")
            }
            let map = try await maps.current(key)
            if map.layout !== last.layout {
                try await items.send(WatchSeatsItem(news: .map(ShowSeatsReply(map, of: schedule))))
            } else if map.asOf != last.asOf {
                let changes = map.changes(since: last)
                if !changes.isEmpty { try await items.send(WatchSeatsItem(news: .changes(SeatChanges(changes)))) }
            }
            last = map
        }
    }
}

extension SeatChanges {
    fileprivate init(_ changes: [SeatMap.State: [UInt32]]) {
        self.init(
            freed: changes[.free] ?? [], held: changes[.held] ?? [], sold: changes[.sold] ?? [],
            blocked: changes[.blocked] ?? [])
    }
}
