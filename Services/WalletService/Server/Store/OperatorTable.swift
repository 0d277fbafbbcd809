import Database
import Kernel
import WalletDomain

/// Users with duties, and those who had some, so that the log of actions can name them.
enum OperatorTable {
    private static let columns: SQL = "user_id, name, duties"
    private static let isOwner: SQL = "duties % 2 = 1"

    private enum Statements {
        static let order: Statement = "update operator_order set change_count = change_count + 1 where number = 1"
        static let find: Statement = "select \(columns), changed_at from operator_login where user_id = $1"
        static let ownerCount: Statement = "select count(*) from operator_login where \(isOwner)"
        static let save: Statement = """
            insert into operator_login (\(columns), changed_at) values (\(1...4))
            on conflict (user_id) do update set duties = excluded.duties, changed_at = excluded.changed_at
            """
        static let all: Statement = """
            select \(columns), changed_at from operator_login where user_id > $1 order by user_id limit $2
            """
    }

    /// Makes all changes of duties wait for each other. The first statement of each change.
    static func lock(_ tx: Transaction) throws {
        try tx.executeOne(Statements.order)
    }

    static func find(_ user: UserID, _ reader: Reader) throws -> (login: OperatorLogin, changedAt: Timestamp)? {
        try reader.first(Statements.find, { $0.bind(user) }) { row in
            (login: try login(row), changedAt: try row.timestamp(3))
        }
    }

    static func ownerCount(_ reader: Reader) throws -> Int {
        try reader.first(Statements.ownerCount) { row in try row.int(0) } ?? 0
    }

    static func save(_ login: OperatorLogin, _ tx: Transaction) throws {
        try tx.execute(Statements.save) {
            $0.bind(login.user, login.name.text, Int64(login.duties.rawValue), tx.now)
        }
    }

    static func all(
        after user: UserID?, limit: Int, _ reader: Reader
    ) throws -> [(login: OperatorLogin, changedAt: Timestamp)] {
        try reader.rows(Statements.all, { $0.bind(user ?? UserID(high: 0, low: 0), limit) }) { row in
            (login: try login(row), changedAt: try row.timestamp(3))
        }
    }

    private static func login(_ row: borrowing Row) throws -> OperatorLogin {
        OperatorLogin(
            try row.id(0), named: try UserName(try row.text(1)),
            duties: Duties(rawValue: UInt8(truncatingIfNeeded: try row.int64(2))))
    }
}
