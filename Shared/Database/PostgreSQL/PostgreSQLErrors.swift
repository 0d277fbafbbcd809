import CPostgreSQL
import Glibc

/// The activity of a connection when its server answered with an error.
enum PostgreSQLPhase {
    case opening, reading, writing, committing
}

/// An error that a server answered with, and its consequences for the caller and for the connection.
struct PostgreSQLServerError {
    let error: DatabaseError
    /// True if another server may succeed: the next attempt uses a new connection.
    let endsConnection: Bool

    /// `message` is libpq's text, for a result that does not come from a server.
    init(_ result: OpaquePointer, during phase: PostgreSQLPhase, _ message: String) {
        func field(_ code: Character) -> String? {
            PQresultErrorField(result, Int32(code.asciiValue!)).map { String(cString: $0) }
        }
        // The characters are the codes of PQresultErrorField, whose macros Swift does not import.
        guard let state = field("C") else {
            error = DatabaseError(
                .unavailable, "the connection to PostgreSQL was lost: \(message)",
                mayHaveCommitted: phase == .committing)
            endsConnection = true
            return
        }
        let detail = "PostgreSQL: \(field("M") ?? "") (\(state))"
        let takesNoWrites = state == "25006" && phase != .reading
        endsConnection = takesNoWrites || state == "XX000"
        error =
            switch state {
            // Another transaction was first, or holds the row longer than lock_timeout. The server itself works.
            case "40001", "40P01", "55P03": DatabaseError(.conflict, detail)
            case "40003": DatabaseError(.unavailable, detail, mayHaveCommitted: true)
            case "23502": DatabaseError(.constraint("\(field("t") ?? "").\(field("c") ?? "")"), detail)
            case _ where state.hasPrefix("23"): DatabaseError(.constraint(field("n") ?? state), detail)
            case "53100": DatabaseError(.diskFull, "the server's disk is full: free space there. \(detail)")
            case "25006" where takesNoWrites: .takesNoWrites(detail)
            case "25006": DatabaseError(.misuse, "a read or scan cannot write: use a transaction. \(detail)")
            case "XX001", "XX002": DatabaseError(.damaged, "the server's files are damaged: see its log. \(detail)")
            case "28P01", "28000", "3D000", "42501":
                DatabaseError(
                    .setup,
                    "PostgreSQL denied access: check the user, the password, the database and its privileges. \(detail)"
                )
            // The server failed. Its disk, or a worker of Citus, may have the commit.
            case "XX000":
                DatabaseError(
                    .unavailable, "the server reported an internal error, or lost a worker: see its log. \(detail)",
                    mayHaveCommitted: phase == .committing)
            // Lost connections, missing resources, interventions of an operator.
            case _ where ["08", "53", "57", "25"].contains(state.prefix(2)):
                DatabaseError(
                    .unavailable, detail,
                    mayHaveCommitted: phase == .committing && ["08", "57"].contains(state.prefix(2)))
            // duplicate_table, duplicate_column, duplicate_object; undefined_table, undefined_column, undefined_object.
            case "42P07", "42701", "42710", "42P01", "42703", "42704": .aboutSchema(detail)
            default: DatabaseError(.misuse, detail)
            }
    }
}

extension DatabaseError {
    /// The error of a standby, or of a server whose transactions are read-only.
    static func takesNoWrites(_ detail: String) -> DatabaseError {
        DatabaseError(
            .unavailable,
            """
            the server accepts no writes: it is a standby, or default_transaction_read_only is on. Promote it, or turn \
            the setting off. \(detail)
            """)
    }
}
