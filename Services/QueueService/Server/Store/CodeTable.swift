import Database
import Identity
import Kernel

/// The users who have joined with each code. A transaction locks the room before it writes here, so uses are counted exactly.
enum CodeTable {
    private enum Statements {
        static let uses: Statement = """
            select count(*), coalesce(sum(case when user_id = $3 then 1 else 0 end), 0)
            from code_use where room_id = $1 and code = $2
            """
        static let insert: Statement = "insert into code_use (room_id, code, user_id, used_at) values (\(1...4))"
    }

    /// Counts a user who has not joined with the code before. Returns false if the code is used up.
    static func use(_ code: JoinCode, by user: UserID, _ tx: Transaction) throws -> Bool {
        let number = Int64(bitPattern: code.number)
        let counts = try tx.first(Statements.uses, { $0.bind(code.room, number, user) }) { row in
            (all: try row.int64(0), own: try row.int64(1))
        }
        guard let counts, counts.own == 0 else { return counts != nil }
        guard counts.all < code.uses else { return false }
        try tx.execute(Statements.insert) { $0.bind(code.room, number, user, tx.now) }
        return true
    }
}
