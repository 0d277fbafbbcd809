import ConcertDomain
import Database
import Kernel

/// The list of a user's reservations for a concert. Every reservation writes this row first, so the requests of one
/// user run one by one. The rows of the reservations have their states.
enum BuyerTable {
    /// Appends `reservation` to the user's list. Returns the list before that.
    static func append(
        _ reservation: ReservationID, of user: UserID, in concert: ConcertID, _ tx: Transaction
    ) throws -> [ReservationID] {
        let text = try tx.first(
            """
            insert into buyer (concert_id, user_id, reservations) values ($1, $2, $3)
            on conflict (concert_id, user_id) do update set reservations = buyer.reservations || excluded.reservations
            returning reservations
            """, concert, user, digits(of: reservation)
        ) { row in try row.text(0) }
        return Array(try ids(in: text ?? "").dropLast())
    }

    static func save(
        _ reservations: [ReservationID], of user: UserID, in concert: ConcertID, _ tx: Transaction
    ) throws {
        try tx.execute(
            "update buyer set reservations = $3 where concert_id = $1 and user_id = $2", concert, user,
            reservations.map(digits).joined())
    }

    /// Oldest first.
    static func reservations(of user: UserID, in concert: ConcertID, _ reader: Reader) throws -> [ReservationID] {
        let text = try reader.first(
            "select reservations from buyer where concert_id = $1 and user_id = $2", concert, user
        ) { row in try row.text(0) }
        return try ids(in: text ?? "")
    }

    private static func digits(of id: ReservationID) -> String {
        Hexadecimal.text(of: id.bytes)
    }

    private static func ids(in text: String) throws -> [ReservationID] {
        guard let bytes = Hexadecimal.bytes(of: text), bytes.count % ReservationID.byteCount == 0 else {
            throw DatabaseError(.damaged, "a buyer's list of reservations cannot be read")
        }
        return stride(from: 0, to: bytes.count, by: ReservationID.byteCount).compactMap { start in
            ReservationID(bytes: Array(bytes[start..<start + ReservationID.byteCount]))
        }
    }
}
