import ConcertDomain
import Database
import Kernel
import Runtime

/// Background jobs that clean up. No rule depends on them.
extension ConcertServer {
    private static let sweepInterval = Duration.seconds(30)
    private static let abortInterval = Duration.hours(1)
    private static let reservationBatch = 100
    private static let decisionBatch = 100

    var housekeeping: [Job] {
        [
            Job("sweep", every: Self.sweepInterval) { try await sweep() },
            Job("forget aborts", every: Self.abortInterval) { try await deleteOldAborts() },
        ]
    }

    /// Records the expiry of reservations and frees their seats.
    private func sweep() async throws {
        var due = try await database.scan { try SeatTable.lapsedHolders($0) }[...]
        while !due.isEmpty {
            let batch = due.prefix(Self.reservationBatch)
            due = due.dropFirst(batch.count)
            try await database.transaction { tx in try Self.sweep(Array(batch), tx) }
        }
    }

    /// Locks reservations by id, then their seats by label. This is the lock order of all transactions.
    private static func sweep(
        _ lapsed: [(concert: ConcertID, reservation: ReservationID)], _ tx: Transaction
    ) throws {
        var seats: [(label: SeatLabel, reservation: Reservation)] = []
        for (concert, id) in lapsed.sorted(by: { $0.reservation < $1.reservation }) {
            try ReservationTable.expire(id, of: concert, tx)
            guard let reservation = try ReservationTable.find(id, of: concert, tx), reservation.state == .expired
            else { continue }
            seats += reservation.seats.map { ($0, reservation) }
        }
        for (label, reservation) in seats.sorted(by: { $0.label < $1.label }) {
            try SeatTable.free(label, of: reservation, tx)
        }
    }

    /// Deletes aborted decisions a day after the end of their reservations. A later Confirm finds no reservation that
    /// it could buy.
    private func deleteOldAborts() async throws {
        var last: DecisionTable.Aborted?
        repeat {
            var old = try await database.scan { [last] in
                try DecisionTable.aborted(before: $0.now - Decision.memory, after: last, $0)
            }[...]
            last = old.last
            while !old.isEmpty {
                let batch = old.prefix(Self.decisionBatch)
                old = old.dropFirst(batch.count)
                try await database.transaction { tx in try Self.delete(Array(batch), tx) }
            }
        } while last != nil
    }

    /// Locks decisions in the order of their keys, as all transactions do.
    private static func delete(_ old: [DecisionTable.Aborted], _ tx: Transaction) throws {
        for aborted in old.sorted(by: { ($0.concert, $0.decision.payment) < ($1.concert, $1.decision.payment) }) {
            let reservation = try ReservationTable.find(aborted.decision.reservation, of: aborted.concert, tx)
            if let reservation, !reservation.isOver(since: Decision.memory, at: tx.now) { continue }
            try DecisionTable.delete(aborted.decision.payment, in: aborted.concert, tx)
        }
    }
}
