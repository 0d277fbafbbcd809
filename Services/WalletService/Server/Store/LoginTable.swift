import Database
import Identity
import Kernel
import WalletDomain

/// Names of users. One table for all users, keyed by name.
enum LoginTable {
    private enum Statements {
        static let insert: Statement = """
            insert into login (name, user_id, request_id, password, display_name, signed_up_at) values (\(1...6))
            on conflict do nothing
            """
        static let find: Statement = "select user_id, request_id, password, display_name from login where name = $1"
        static let name: Statement = "select name from login where user_id = $1"
        static let hold: Statement = "update login set password = $2 where name = $1 and password = $2"
        static let setPassword: Statement = "update login set password = $2, changed_at = $3 where name = $1"
        static let changePassword: Statement =
            "update login set password = $3, changed_at = $4 where name = $1 and password = $2"
    }

    struct Login: Sendable {
        let name: UserName
        let user: UserID
        /// The request that signed the user up.
        let request: RequestID
        let password: PasswordHash
        let displayName: String
    }

    /// Returns false if the name is taken.
    static func insert(_ login: Login, _ tx: Transaction) throws -> Bool {
        try tx.executeCounting(Statements.insert) {
            $0.bind(login.name.text, login.user, login.request, login.password.text, login.displayName, tx.now)
        } == 1
    }

    static func find(_ name: UserName, _ reader: Reader) throws -> Login? {
        try reader.first(Statements.find, { $0.bind(name.text) }) { row in
            guard let password = PasswordHash(try row.text(2)) else {
                throw DatabaseError(.damaged, "the password of “\(name.text)” is not a password hash")
            }
            return Login(
                name: name, user: try row.id(0), request: try row.id(1), password: password,
                displayName: try row.text(3))
        }
    }

    /// Makes changes of this password wait for the end of the transaction. Returns false if there was one since `login`
    /// was read.
    static func hold(_ login: Login, _ tx: Transaction) throws -> Bool {
        try tx.executeCounting(Statements.hold) { $0.bind(login.name.text, login.password.text) } == 1
    }

    static func name(of user: UserID, _ reader: Reader) throws -> UserName? {
        try reader.first(Statements.name, { $0.bind(user) }) { row in try UserName(try row.text(0)) }
    }

    /// Returns false if the password is no longer `old`.
    static func changePassword(
        of name: UserName, from old: PasswordHash, to new: PasswordHash, _ tx: Transaction
    ) throws -> Bool {
        try tx.executeCounting(Statements.changePassword) { $0.bind(name.text, old.text, new.text, tx.now) } == 1
    }

    static func setPassword(of name: UserName, to password: PasswordHash, _ tx: Transaction) throws {
        try tx.executeOne(Statements.setPassword) { $0.bind(name.text, password.text, tx.now) }
    }
}
