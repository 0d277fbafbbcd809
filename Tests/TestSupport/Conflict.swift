import Database

extension Database {
    private struct RanAgain: Error {}

    /// Runs `body` in a transaction. True if it ended in a conflict, so that the database ran it again; false if it was
    /// committed.
    package func conflicts(_ body: @escaping @Sendable (Transaction) throws -> Void) async throws -> Bool {
        let runs = Recorder<Void>()
        do {
            try await transaction { tx in
                runs.add(())
                guard runs.all.count == 1 else { throw RanAgain() }
                try body(tx)
            }
            return false
        } catch is RanAgain {
            return true
        }
    }
}
