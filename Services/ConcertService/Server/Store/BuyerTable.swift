import ConcertDomain
import Database
import Kernel

/// The list of a user's reservations for a concert. Every reservation writes this row first, so the requests of one
/// user run one by one. The rows of the reservations have their states.
enum BuyerTable {
    private enum Statements {
        static let append: Statement = """
            insert into buyer (concert_id, user_id, reservations) values (\(1...3))
            on conflict (concert_id, user_id) do update set reservations = buyer.reservations || excluded.reservations
            returning reservations
            """
        static let save: Statement = "update buyer set reservations = $3 where concert_id = $1 and user_id = $2"
        static let reservations: Statement = "select reservations from buyer where concert_id = $1 and user_id = $2"
    }

    /// Appends `reservation` to the user's list. Returns the list before that.
    static func append(
        _ reservation: ReservationID, of user: UserID, in concert: ConcertID, _ tx: Transaction
    ) throws -> [ReservationID] {
        let text = try tx.first(Statements.append, { $0.bind(concert, user, reservation.digits) }) { row in
            try row.text(0)
        }
        return Array(try ids(in: text ?? "").dropLast())
    }

    static func save(
        _ reservations: [ReservationID], of user: UserID, in concert: ConcertID, _ tx: Transaction
    ) throws {
        try tx.execute(Statements.save) { $0.bind(concert, user, reservations.map(\.digits).joined()) }
    }

    /// Oldest first.
    static func reservations(of user: UserID, in concert: ConcertID, _ reader: Reader) throws -> [ReservationID] {
        let text = try reader.first(Statements.reservations, { $0.bind(concert, user) }) { row in try row.text(0) }
        return try ids(in: text ?? "")
    }

    private static func ids(in text: String) throws -> [ReservationID] {
        var (ids, rest) = ([ReservationID](), text[...])
        while !rest.isEmpty {
            guard let id = ReservationID(digits: rest.prefix(32)) else {
                throw DatabaseError(.damaged, "a buyer's list of reservations cannot be read")
            }
            ids.append(id)
            rest = rest.dropFirst(32)
        }
        return ids
    }
}
