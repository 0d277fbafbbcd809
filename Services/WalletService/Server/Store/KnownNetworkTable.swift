import Database
import Kernel

/// The networks from which each user has signed in. All instances share them.
enum KnownNetworkTable {
    /// Maximum of stored networks of a user. The next one replaces the one that was unused for longest.
    static let maximumOfAUser = 16

    private enum Statements {
        static let note: Statement = """
            insert into known_network (user_id, network, used_at) values (\(1...3))
            on conflict (user_id, network) do update set used_at = excluded.used_at
            """
        static let contains: Statement = """
            select used_at from known_network where user_id = $1 and network = $2
            """
        static let all: Statement = """
            select network from known_network where user_id = $1 order by used_at desc, network limit $2
            """
        static let delete: Statement = "delete from known_network where user_id = $1 and network = $2"
    }

    /// Stores a sign-in of the user from the network.
    static func note(_ network: String, of user: UserID, _ tx: Transaction) throws {
        try tx.execute(Statements.note) { $0.bind(user, network, tx.now) }
        let networks = try tx.rows(Statements.all, { $0.bind(user, Reader.rowLimit) }) { row in try row.text(0) }
        for network in networks.dropFirst(maximumOfAUser) {
            try tx.execute(Statements.delete) { $0.bind(user, network) }
        }
    }

    static func contains(_ network: String, of user: UserID, _ reader: Reader) throws -> Bool {
        try reader.first(Statements.contains, { $0.bind(user, network) }) { row in try row.timestamp(0) }
            != nil
    }
}
