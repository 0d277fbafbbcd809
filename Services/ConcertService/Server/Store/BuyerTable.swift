import Database
import Kernel

/// The list of a user's reservations for a concert. Every reservation writes this row first, so the requests of one
/// user run one by one. The rows of the reservations have their states.
enum BuyerTable {
    private enum Statements {
        static let append = RowsStatement(after: 1, width: 2, row: { "($1, \($0))" }) { rows in
            """
            insert into buyer (concert_id, user_id, reservations) values \(rows)
            on conflict (concert_id, user_id) do update set reservations = buyer.reservations || excluded.reservations
            returning user_id, reservations
            """
        }
        static let save: Statement = "update buyer set reservations = $3 where concert_id = $1 and user_id = $2"
        static let delete: Statement = "delete from buyer where concert_id = $1 and user_id = $2"
        static let reservations: Statement = "select reservations from buyer where concert_id = $1 and user_id = $2"
        static let all: Statement = """
            select user_id, reservations from buyer where concert_id = $1 and user_id > $2 order by user_id limit $3
            """
    }

    /// The list of a user after an append.
    typealias List = (user: UserID, reservations: [ReservationID])

    /// Appends reservations to the lists of their users.
    static func append(
        _ reservations: [UserID: [ReservationID]], in concert: ConcertID, _ tx: Transaction
    ) throws -> [PendingRows<List>] {
        // In the order of the keys, so that two transactions cannot deadlock.
        try tx.pendingRows(
            Statements.append, reservations.sorted { $0.key < $1.key }, { $0.bind(concert) },
            each: { $0.bind($1.key, ReservationID.digits(of: $1.value)) }, map: list)
    }

    /// Replaces the list of a user whose row this transaction has written. An empty list needs no row.
    static func save(
        _ reservations: [ReservationID], of user: UserID, in concert: ConcertID, _ tx: Transaction
    ) throws {
        guard !reservations.isEmpty else { return try tx.execute(Statements.delete) { $0.bind(concert, user) } }
        try tx.execute(Statements.save) { $0.bind(concert, user, ReservationID.digits(of: reservations)) }
    }

    /// Oldest first.
    static func reservations(of user: UserID, in concert: ConcertID, _ reader: Reader) throws -> [ReservationID] {
        let text = try reader.first(Statements.reservations, { $0.bind(concert, user) }) { row in try row.text(0) }
        return try ids(in: text ?? "")
    }

    /// The lists of all buyers of a concert, ordered by user.
    static func all(of concert: ConcertID, after user: UserID?, limit: Int, _ reader: Reader) throws -> [List] {
        try reader.rows(Statements.all, { $0.bind(concert, user ?? UserID(high: 0, low: 0), limit) }, map: list)
    }

    private static func list(_ row: borrowing Row) throws -> List {
        (try row.id(0), try ids(in: try row.text(1)))
    }

    private static let digitCount = 2 * ReservationID.byteCount

    /// Reads bytes and not characters: to find where characters end costs more than the rest of a reservation's text.
    private static func ids(in text: String) throws -> [ReservationID] {
        var text = text
        return try text.withUTF8 { text in
            try stride(from: 0, to: text.count, by: digitCount).map { start in
                guard let id = ReservationID(digits: text.dropFirst(start).prefix(digitCount)) else {
                    throw DatabaseError(.damaged, "a buyer's list of reservations cannot be read")
                }
                return id
            }
        }
    }
}
