import ConcertAPI
import ConcertDomain
import Database
import RPC
import Service

/// Changes of many seats, in batches.
extension ConcertServer {
    func setSeats(_ request: SetSeatsRequest, call: Call) async throws -> SetSeatsReply {
        let change = try SeatChange(call.requestID, offers: request.offers.map { try Offer($0) })
        let tally = try await apply(
            change, to: ScheduleKey(concert: request.concertID, schedule: request.scheduleID), call: call)
        return SetSeatsReply(counts: SeatChangeCounts(tally))
    }

    func blockSeats(_ request: BlockSeatsRequest, call: Call) async throws -> BlockSeatsReply {
        let change = try SeatChange(
            call.requestID, blocking: request.seats.map { try SeatRun($0) }, reason: request.reason)
        let tally = try await apply(
            change, to: ScheduleKey(concert: request.concertID, schedule: request.scheduleID), call: call)
        return BlockSeatsReply(counts: SeatChangeCounts(tally))
    }

    func unblockSeats(_ request: UnblockSeatsRequest, call: Call) async throws -> UnblockSeatsReply {
        let change = try SeatChange(call.requestID, unblocking: request.seats.map { try SeatRun($0) })
        let tally = try await apply(
            change, to: ScheduleKey(concert: request.concertID, schedule: request.scheduleID), call: call)
        return UnblockSeatsReply(counts: SeatChangeCounts(tally))
    }

    func removeSeats(_ request: RemoveSeatsRequest, call: Call) async throws -> RemoveSeatsReply {
        let change = try SeatChange(call.requestID, removing: request.seats.map { try SeatRun($0) })
        let tally = try await apply(
            change, to: ScheduleKey(concert: request.concertID, schedule: request.scheduleID), call: call)
        return RemoveSeatsReply(counts: SeatChangeCounts(tally))
    }

    /// Seats in one transaction. A concurrent reservation waits at most some milliseconds for it.
    private static let batchSize = 1000

    private func apply(_ change: SeatChange, to key: ScheduleKey, call: Call) async throws -> SeatChange.Tally {
        if change.kind != .set { try await checkThatAllExist(change, key, call) }
        while true {
            let progress = try await database.transaction(before: call.deadline) { tx in
                try Self.nextBatch(of: change, key, call, tx)
            }
            if progress.done == change.seats.count {
                maps.invalidate(key)
                return progress.tally
            }
            call.leavesTraces()
        }
    }

    private func checkThatAllExist(_ change: SeatChange, _ key: ScheduleKey, _ call: Call) async throws {
        maps.invalidate(key)
        let layout = try await maps.current(key).layout
        let unknown = change.seats.first { layout.index(of: $0.label) == nil }
        guard let unknown else { return }
        // A repeated request may have removed it.
        let isRepeated = try await database.read(before: call.deadline) { reader in
            try SeatChangeTable.find(change.id, in: key.concert, reader) != nil
        }
        guard change.kind == .remove, isRepeated else { throw ConcertRefusal.seatUnknown(unknown.label) }
    }

    /// Stores the progress in the same transaction, so that a repeated request continues there.
    private static func nextBatch(
        of change: SeatChange, _ key: ScheduleKey, _ call: Call, _ tx: Transaction
    ) throws -> SeatChangeTable.Progress {
        let schedule = try ScheduleTable.require(key.schedule, of: key.concert, tx)
        try SeatChangeTable.begin(change, of: schedule, tx)
        guard let progress = try SeatChangeTable.find(change.id, in: key.concert, tx) else { throw tx.conflict() }
        guard progress.fingerprint == change.fingerprint, progress.schedule == key.schedule else {
            throw ConcertRefusal.requestIDReused
        }
        let end = min(progress.done + batchSize, change.seats.count)
        guard end > progress.done else { return progress }
        try schedule.checkCancellation()
        try SeatChangeTable.take(upTo: end, after: progress, of: change.id, in: key.concert, tx)
        if progress.done == 0 { try ActionTable.append(call, tx) }

        let tally = try apply(change, to: change.seats[progress.done..<end], of: schedule, tx)
        try SeatChangeTable.count(tally, of: change.id, in: key.concert, tx)
        if tally.added + tally.changed > 0 {
            let isNewLayout = change.kind == .set || change.kind == .remove
            try ScheduleTable.changeSeats(on: key.schedule, of: key.concert, isNewLayout: isNewLayout, tx)
        }
        let sum = SeatChange.Tally(
            added: progress.tally.added + tally.added, changed: progress.tally.changed + tally.changed,
            kept: progress.tally.kept + tally.kept)
        return SeatChangeTable.Progress(
            schedule: key.schedule, fingerprint: change.fingerprint, done: end, tally: sum)
    }

    /// Changes the seats of a batch. New seats are inserted before the others are read, because most batches have only new ones.
    private static func apply(
        _ change: SeatChange, to batch: ArraySlice<Seat>, of schedule: Schedule, _ tx: Transaction
    ) throws -> SeatChange.Tally {
        let isNew = { (seat: Seat) in change.step(for: seat, found: nil, now: tx.now) == .insert(seat) }
        let (new, old) = (batch.filter { isNew($0) }, batch.filter { !isNew($0) })
        let (added, unsure) = try SeatTable.insert(new, of: schedule, tx)
        // A seat that was inserted is found as requested, so its step is `nothing`.
        let rest = old + unsure
        let found = try SeatTable.find(rest.map(\.label), of: schedule, tx)
        // An instance with a slower clock could still sell the seats of a lapsed hold, for their earlier price.
        let lapsed = found.values.compactMap { $0.lapsedHolder(at: tx.now) }
        for holder in Set(lapsed).sorted() {
            if let old = try ReservationTable.find(holder, of: schedule.concert, tx) {
                try ReservationTable.expire(old, tx)
            }
        }
        var tally = SeatChange.Tally(added: added)
        for wanted in rest {
            switch change.step(for: wanted, found: found[wanted.label], now: tx.now) {
            // Another transaction inserted it, which this one cannot see yet.
            case .insert: throw tx.conflict()
            case .save(let seat, let old):
                try SeatTable.change(seat, was: old, of: schedule, tx)
                tally.changed += 1
            case .delete(let seat):
                try SeatTable.delete(seat, of: schedule, tx)
                tally.changed += 1
            case .nothing: break
            case .keep: tally.kept += 1
            }
        }
        return tally
    }
}

extension SeatChangeCounts {
    fileprivate init(_ tally: SeatChange.Tally) {
        self.init(added: UInt64(tally.added), changed: UInt64(tally.changed), kept: UInt64(tally.kept))
    }
}
