import Database
import Identity
import Kernel
import WalletDomain

/// Resets and changes of passwords. `LoginTable` has the passwords.
enum PasswordTable {
    private static let columns: SQL = "request_id, name, ends_at, used_by"

    private enum Statements {
        static let reset: Statement = """
            insert into password_reset (\(columns), code) values (\(1...5))
            on conflict (name) do update set request_id = excluded.request_id, ends_at = excluded.ends_at,
            used_by = excluded.used_by, code = excluded.code
            where password_reset.request_id <> excluded.request_id
            """
        static let find: Statement = "select \(columns), code from password_reset where name = $1"
        static let use: Statement =
            "update password_reset set used_by = $3 where name = $1 and request_id = $2 and used_by is null"
        static let note: Statement = """
            insert into password_change (name, request_id, changed_at) values (\(1...3))
            on conflict (name) do update set request_id = excluded.request_id, changed_at = excluded.changed_at
            """
        static let latestChange: Statement = "select request_id from password_change where name = $1"
    }

    /// Replaces an earlier reset of the same user. Returns false if that reset is the one of this request.
    static func insert(_ reset: PasswordReset, code: Digest, _ tx: Transaction) throws -> Bool {
        try tx.executeCounting(Statements.reset) {
            $0.bind(reset.id, reset.name.text, reset.endsAt, reset.usedBy, code.bytes)
        } == 1
    }

    static func find(_ name: UserName, _ reader: Reader) throws -> (reset: PasswordReset, code: Digest)? {
        try reader.first(Statements.find, { $0.bind(name.text) }) { row in
            guard let code = Digest(stored: try row.bytes(4)) else {
                throw DatabaseError(.damaged, "the code of “\(name.text)” is not a hash")
            }
            let reset = PasswordReset(
                stored: try row.id(0), of: name, endsAt: try row.timestamp(2), usedBy: try row.optionalID(3))
            return (reset, code)
        }
    }

    /// True if no password of this user is valid, because an owner has reset it.
    static func isReset(_ name: UserName, _ reader: Reader) throws -> Bool {
        try find(name, reader).map { $0.reset.usedBy == nil } ?? false
    }

    /// Stores the use of the code.
    static func save(_ reset: PasswordReset, _ tx: Transaction) throws {
        try tx.executeOne(Statements.use) { $0.bind(reset.name.text, reset.id, reset.usedBy) }
    }

    static func noteChange(of name: UserName, by request: RequestID, _ tx: Transaction) throws {
        try tx.execute(Statements.note) { $0.bind(name.text, request, tx.now) }
    }

    static func latestChange(of name: UserName, _ reader: Reader) throws -> RequestID? {
        try reader.first(Statements.latestChange, { $0.bind(name.text) }) { row in try row.id(0) }
    }
}
