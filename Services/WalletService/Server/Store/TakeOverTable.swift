import Database

/// The turns of instances that take over the rows of others. A transaction that writes the row of a kind has the turn until its
/// end, so two instances never claim the same rows at once.
enum TakeOverTable {
    private static let lock: Statement = """
        insert into take_over (kind, turns) values ($1, 1)
        on conflict (kind) do update set turns = take_over.turns + 1
        """

    /// Waits for the turn. The first statement of a transaction that takes rows over.
    static func lock(_ kind: String, _ tx: Transaction) throws {
        try tx.execute(lock) { $0.bind(kind) }
    }
}
