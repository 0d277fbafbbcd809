import Database
import Kernel

/// The measured work: claims one seat if it is free, and inserts the reservation.
enum BoxOffice {
    private enum Statements {
        static let fill = Statement(
            "insert into seat (concert_id, label, holder, until) values ($1, $2, null, 0)")
        static let reserve = Statement(
            "update seat set holder = $1, until = $2 where concert_id = $3 and label = $4 and until <= $5")
        static let reserve2 = Statement(
            """
            insert into reservation (concert_id, id, buyer, label, until, state)
            values ($1, $2, $3, $4, $5, 0)
            """)
        static let refuse = Statement(
            "select 1 from seat where concert_id = $1 and label = $2 and until < 0")
        static let until = Statement(
            "select until from seat where concert_id = $1 and label = $2")
    }

    static let seatCount = 50_000
    static let concert = ID<BoxOffice.Concert>(high: 7, low: 7)
    enum Concert {}
    enum Reservation {}

    static let migrations = [
        Migration(
            "create seats",
            .table(
                """
                create table seat (
                    concert_id uuid not null, label bigint not null, holder uuid, until bigint not null,
                    constraint seat_key primary key (concert_id, label))
                """, postgreSQL: "with (fillfactor = 70)"),
            .table(
                """
                create table reservation (
                    concert_id uuid not null, id uuid not null, buyer uuid not null, label bigint not null,
                    until bigint not null, state bigint not null,
                    constraint reservation_key primary key (concert_id, id))
                """))
    ]

    static func fill(_ database: Database) async throws {
        let chunk = 1000
        for first in stride(from: 0, to: seatCount, by: chunk) {
            try await database.transaction { tx in
                for label in first..<(first + chunk) {
                    try tx.execute(Statements.fill) { $0.bind(concert, label) }
                }
            }
        }
    }

    /// Claims a seat. `until` grows with each call, so that the seat is free again for its next claim.
    static func reserve(_ label: Int, as id: ID<Reservation>, by buyer: UserID, until: Int64, _ tx: Transaction) throws
    {
        try tx.executeOne(Statements.reserve) { $0.bind(buyer, until, concert, label, until) }
        try tx.execute(Statements.reserve2) { $0.bind(concert, id, buyer, label, until) }
    }

    struct Taken: Error {}

    /// Finds a seat taken, as most calls of a sale do.
    static func refuse(_ label: Int, _ tx: Transaction) throws {
        let isFree = try tx.exists(Statements.refuse) { $0.bind(concert, label) }
        if !isFree { throw Taken() }
    }

    static func until(_ label: Int, _ reader: Reader) throws -> Int64? {
        try reader.first(Statements.until, { $0.bind(concert, label) }) { row in try row.int64(0) }
    }
}
