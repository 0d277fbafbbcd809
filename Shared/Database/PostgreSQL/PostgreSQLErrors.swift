import CPostgreSQL
import Glibc

extension DatabaseError {
    /// What a failed result means to a caller, and to the operator who reads the log.
    init(postgreSQL result: OpaquePointer, of link: PostgreSQLLink) {
        func field(_ code: Character) -> String? {
            PQresultErrorField(result, Int32(code.asciiValue!)).map { String(cString: $0) }
        }
        // The codes of PQresultErrorField: macros in libpq, hence not seen from Swift.
        guard let state = field("C") else {
            self.init(.unavailable, "the connection to PostgreSQL was lost: \(link.message)")
            return
        }
        let detail = "PostgreSQL: \(field("M") ?? "") (\(state))"
        switch state {
        case "40001", "40P01": self.init(.conflict, detail)
        case "40003": self.init(.unavailable, detail, mayHaveCommitted: true)
        case "23502": self.init(.constraint("\(field("t") ?? "").\(field("c") ?? "")"), detail)
        case _ where state.hasPrefix("23"): self.init(.constraint(field("n") ?? state), detail)
        case "53100": self.init(.diskFull, "the server's disk is full: make room there. \(detail)")
        case "25006": self.init(.misuse, "a read or scan writes: that takes a transaction. \(detail)")
        case "XX001", "XX002": self.init(.damaged, "the server's files are damaged: see its log. \(detail)")
        case "28P01", "28000", "3D000", "42501":
            self.init(.setup, "PostgreSQL does not let this program in: check user, password and rights. \(detail)")
        // Connections, resources, operators who intervene, locks that took too long.
        case _ where ["08", "53", "57", "25"].contains(state.prefix(2)) || state == "55P03":
            self.init(.unavailable, detail)
        default: self.init(.misuse, detail)
        }
    }
}
