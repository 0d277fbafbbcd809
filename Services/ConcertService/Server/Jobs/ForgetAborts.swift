import ConcertDomain
import Database
import Kernel

/// The job that deletes aborted decisions a day after the end of their reservations. A later Confirm finds no
/// reservation that it could buy.
struct ForgetAborts: Sendable {
    static let interval = Duration.hours(1)
    private static let pageSize = 1000
    private static let batch = 100

    let database: Database

    func run() async throws {
        var last: DecisionTable.Aborted?
        repeat {
            var old = try await database.scan { [last] in
                try DecisionTable.aborted(before: $0.now - Decision.retention, after: last, limit: Self.pageSize, $0)
            }[...]
            last = old.last
            while !old.isEmpty {
                let batch = old.prefix(Self.batch)
                old = old.dropFirst(batch.count)
                try await database.transaction { tx in try Self.delete(Array(batch), tx) }
            }
        } while last != nil
    }

    /// Locks decisions in the order of their keys, as all transactions do.
    private static func delete(_ old: [DecisionTable.Aborted], _ tx: Transaction) throws {
        for aborted in old.sorted(by: { ($0.concert, $0.decision.payment) < ($1.concert, $1.decision.payment) }) {
            let reservation = try ReservationTable.find(aborted.decision.reservation, of: aborted.concert, tx)
            if let reservation, !reservation.isOver(since: Decision.retention, at: tx.now) { continue }
            try DecisionTable.delete(aborted.decision.payment, in: aborted.concert, tx)
        }
    }
}
