import Database
import Kernel
import TestSupport
import Testing

/// Two programs migrate one PostgreSQL database at once. One of them is within a step.
@Suite struct MigrationRaceTests {
    @Test func `a step that another program runs is not repeated`() async throws {
        let test = try await TestDatabase.make(on: .postgreSQL)
        let first = try await test.open([Shop.migrations[0]])
        let name = Shop.migrations[1].name
        try await HeldRows.with(first) { tx in
            try tx.execute("insert into migration (number, name, applied_at) values (2, $1, 0)", name)
        } while: { rows in
            let second = Task { try await test.open(Shop.migrations) }
            try await rows.waiting(1)
            rows.release()
            await (try second.value).close()
        }
        await first.close()
    }

    @Test func `both programs use the list of steps that one of them creates`() async throws {
        let test = try await TestDatabase.make(on: .postgreSQL)
        let first = try await test.open([])
        try await first.transaction { try $0.execute("drop table migration") }
        try await HeldRows.with(first) { tx in
            try tx.execute(
                """
                create table migration (
                    number bigint not null, name text not null, applied_at bigint not null,
                    constraint migration_key primary key (number))
                """)
        } while: { rows in
            let second = Task { try await test.open(Shop.migrations) }
            try await rows.waiting(1)
            rows.release()
            await (try second.value).close()
        }
        await first.close()
    }
}
