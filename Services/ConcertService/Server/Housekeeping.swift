import ConcertDomain
import Database
import Kernel
import Runtime

/// What nobody waits for: every rule holds without it.
extension ConcertServer {
    private static let sweepInterval = Duration.seconds(30)
    private static let forgetInterval = Duration.hours(1)
    private static let reservationsAtATime = 100
    private static let decisionsAtATime = 100

    var housekeeping: [Job] {
        [
            Job("sweep", every: Self.sweepInterval) { try await sweep() },
            Job("forget aborts", every: Self.forgetInterval) { try await forgetAborts() },
        ]
    }

    /// Writes down which reservations have expired, and frees the seats that still name them.
    private func sweep() async throws {
        var due = try await database.scan { try SeatTable.lapsedHolders($0) }[...]
        while !due.isEmpty {
            let part = due.prefix(Self.reservationsAtATime)
            due = due.dropFirst(part.count)
            try await database.transaction { tx in try Self.sweep(Array(part), tx) }
        }
    }

    /// Reservations by id first, then their seats by key, as everywhere.
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

    /// A payment that bought nothing is remembered for a day after its reservation has ended: from then on a late Confirm
    /// finds nothing that it could buy.
    private func forgetAborts() async throws {
        var last: DecisionTable.Aborted?
        repeat {
            var old = try await database.scan { [last] in
                try DecisionTable.aborted(before: $0.now - Decision.memory, after: last, $0)
            }[...]
            last = old.last
            while !old.isEmpty {
                let part = old.prefix(Self.decisionsAtATime)
                old = old.dropFirst(part.count)
                try await database.transaction { tx in try Self.forget(Array(part), tx) }
            }
        } while last != nil
    }

    /// In the order of their keys, as everyone who writes several of them.
    private static func forget(_ old: [DecisionTable.Aborted], _ tx: Transaction) throws {
        for aborted in old.sorted(by: { ($0.concert, $0.decision.payment) < ($1.concert, $1.decision.payment) }) {
            let reservation = try ReservationTable.find(aborted.decision.reservation, of: aborted.concert, tx)
            if let reservation, !reservation.isOver(since: Decision.memory, at: tx.now) { continue }
            try DecisionTable.delete(aborted.decision.payment, in: aborted.concert, tx)
        }
    }
}
