import ConcertDomain
import Database
import Kernel

/// The job that records the expiry of reservations and frees their seats. No rule depends on it.
struct Sweep: Sendable {
    static let interval = Duration.seconds(30)
    private static let mostReservations = 10_000
    private static let batch = 100

    let database: Database

    func run() async throws {
        var due = try await database.scan { try SeatTable.lapsedHolders(limit: Self.mostReservations, $0) }[...]
        while !due.isEmpty {
            let batch = due.prefix(Self.batch)
            due = due.dropFirst(batch.count)
            try await database.transaction { tx in try Self.sweep(Array(batch), tx) }
        }
    }

    /// Locks reservations by id, then their seats by label. This is the lock order of all transactions.
    private static func sweep(_ lapsed: [(concert: ConcertID, reservation: ReservationID)], _ tx: Transaction) throws {
        var seats: [(label: SeatLabel, reservation: Reservation)] = []
        for (concert, id) in lapsed.sorted(by: { $0.reservation < $1.reservation }) {
            guard let old = try ReservationTable.find(id, of: concert, tx) else { continue }
            let reservation = try ReservationTable.expire(old, tx)
            if reservation.state == .expired { seats += reservation.seats.map { ($0, reservation) } }
        }
        seats.sort { ($0.label, $0.reservation.schedule) < ($1.label, $1.reservation.schedule) }
        for (label, reservation) in seats {
            try SeatTable.free(label, of: reservation, tx)
        }
    }
}
