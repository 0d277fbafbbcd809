import Database
import Glibc
import Threads

/// Rows of a PostgreSQL database that one transaction holds until the test releases them.
///
/// It causes a race: every transaction that waits for these rows has already read the rows that it decides by. After
/// the release, the waiting transactions continue in the order of their arrival.
package final class HeldRows: Sendable {
    private struct State {
        var isHeld = false
        var waitingCount = 0
        var isReleased = false
    }

    private let state = Lock(State())

    /// Runs `body` while a transaction holds the rows that `hold` has written. That transaction commits when `body` has
    /// released them, at the latest when `body` ends.
    package static func with<Value: Sendable>(
        _ database: Database, _ hold: @escaping @Sendable (Transaction) throws -> Void,
        while body: (HeldRows) async throws -> Value
    ) async throws -> Value {
        let rows = HeldRows()
        async let held: Void = database.transaction { tx in
            try hold(tx)
            try rows.wait(tx)
        }
        do {
            try await eventually("the rows are held") { rows.state.withLock { $0.isHeld } }
            let value = try await body(rows)
            rows.release()
            try await held
            return value
        } catch {
            rows.release()
            try? await held
            throw error
        }
    }

    /// Returns when `count` transactions wait for these rows, or for another one that waits for them.
    package func waiting(_ count: Int) async throws {
        try await eventually("\(count) transactions wait") { [self] in state.withLock { $0.waitingCount >= count } }
    }

    package func release() {
        state.withLock { $0.isReleased = true }
    }

    /// Repeats a query, because the server ends an idle transaction.
    private func wait(_ tx: Transaction) throws {
        for _ in 0..<Patience.milliseconds {
            let count = try tx.first(
                """
                with recursive waiting (pid) as (
                    select pid from pg_locks where not granted and pg_backend_pid() = any (pg_blocking_pids(pid))
                    union
                    select pg_locks.pid from pg_locks join waiting on waiting.pid = any (pg_blocking_pids(pg_locks.pid))
                    where not granted)
                select count(*) from waiting
                """
            ) { row in try row.int(0) }
            let isReleased = state.withLock { state in
                state.isHeld = true
                state.waitingCount = count ?? 0
                return state.isReleased
            }
            if isReleased { return }
            usleep(1000)
        }
        throw Patience.Over("the rows were not released within a minute")
    }
}
