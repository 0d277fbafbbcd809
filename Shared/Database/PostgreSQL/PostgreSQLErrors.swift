import CPostgreSQL
import Glibc

/// What a connection was doing when its server answered with an error.
enum PostgreSQLPhase {
    case opening, reading, writing, committing
}

/// An error that a server answered with: what it means to a caller, to the operator who reads the log, and to the
/// connection.
struct PostgreSQLRefusal {
    let error: DatabaseError
    /// True if this server cannot do what another one may: the next try begins with a new connection.
    let endsConnection: Bool

    /// `message` is libpq's own, for a result that comes from no server.
    init(_ result: OpaquePointer, during phase: PostgreSQLPhase, _ message: String) {
        func field(_ code: Character) -> String? {
            PQresultErrorField(result, Int32(code.asciiValue!)).map { String(cString: $0) }
        }
        // The codes of PQresultErrorField: macros in libpq, hence not seen from Swift.
        guard let state = field("C") else {
            error = DatabaseError(
                .unavailable, "the connection to PostgreSQL was lost: \(message)",
                mayHaveCommitted: phase == .committing)
            endsConnection = true
            return
        }
        let detail = "PostgreSQL: \(field("M") ?? "") (\(state))"
        let isReadOnly = state == "25006" && phase != .reading
        endsConnection = isReadOnly || state == "XX000"
        error =
            switch state {
            case "40001", "40P01": DatabaseError(.conflict, detail)
            case "40003": DatabaseError(.unavailable, detail, mayHaveCommitted: true)
            case "23502": DatabaseError(.constraint("\(field("t") ?? "").\(field("c") ?? "")"), detail)
            case _ where state.hasPrefix("23"): DatabaseError(.constraint(field("n") ?? state), detail)
            case "53100": DatabaseError(.diskFull, "the server's disk is full: make room there. \(detail)")
            case "25006" where isReadOnly: .takesNoWrites(detail)
            case "25006": DatabaseError(.misuse, "a read or scan writes: that takes a transaction. \(detail)")
            case "XX001", "XX002": DatabaseError(.damaged, "the server's files are damaged: see its log. \(detail)")
            case "28P01", "28000", "3D000", "42501":
                DatabaseError(
                    .setup, "PostgreSQL does not let this program in: check user, password and rights. \(detail)")
            // The server itself failed, and what it had sent on to others (a Citus worker, the disk) may be done.
            case "XX000":
                DatabaseError(
                    .unavailable, "the server failed, or lost a worker: see its log. \(detail)",
                    mayHaveCommitted: phase == .committing)
            // Connections, resources, operators who intervene, locks that took too long.
            case _ where ["08", "53", "57", "25"].contains(state.prefix(2)) || state == "55P03":
                DatabaseError(
                    .unavailable, detail,
                    mayHaveCommitted: phase == .committing && ["08", "57"].contains(state.prefix(2)))
            default: DatabaseError(.misuse, detail)
            }
    }
}

extension DatabaseError {
    /// A standby, or a server whose transactions are read-only.
    static func takesNoWrites(_ detail: String) -> DatabaseError {
        DatabaseError(
            .unavailable,
            """
            the server takes no writes: it is a standby that is not promoted, or default_transaction_read_only is on. \
            \(detail)
            """)
    }
}
