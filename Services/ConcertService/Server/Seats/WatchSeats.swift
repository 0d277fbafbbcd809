import ConcertAPI
import ConcertDomain
import Identity
import Kernel
import RPC

extension ConcertServer {
    /// Looks at the map as often as it changes for everybody; so holds whose time is over are pushed too. Ends when the
    /// pass does: to go on, its user comes back with a fresh one.
    func watchSeats(_ request: WatchSeatsRequest, call: Call, items: ItemWriter<WatchSeatsItem>) async throws {
        let key = try ScheduleKey(request.concertID, request.scheduleID)
        let schedule = try await schedules.current(key)
        let pass = try checkBrowsing(request.pass, in: schedule.settings.room, call: call)
        var shown = try await maps.current(key)
        try await items.send(WatchSeatsItem(news: .map(ShowSeatsReply(shown, of: schedule))))
        while true {
            try await clock.sleep(for: SeatMaps.age)
            if let pass, pass.expiry <= clock.now {
                throw ConcertRefusal.passRefused("it expired at \(pass.expiry)")
            }
            let map = try await maps.current(key)
            if map.layout !== shown.layout {
                try await items.send(WatchSeatsItem(news: .map(ShowSeatsReply(map, of: schedule))))
            } else if map.asOf != shown.asOf {
                let changes = map.changes(since: shown)
                if !changes.isEmpty { try await items.send(WatchSeatsItem(news: .changes(SeatChanges(changes)))) }
            }
            shown = map
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
