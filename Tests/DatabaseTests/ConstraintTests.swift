import Database
import Kernel
import TestSupport
import Testing

@Suite struct ConstraintTests {
    @Test(arguments: Engine.available)
    func `a violated constraint is reported by its name`(engine: Engine) async throws {
        try await TestDatabase.with(engine, Shop.migrations) { database in
            try await database.transaction { tx in
                try Shop.insert(Shop.order(1), seat: 1, tx)
                try Shop.openAccount(1, balance: 1, tx)
            }
            let violations: [(String, @Sendable (Transaction) throws -> Void)] = [
                ("purchase_key", { try Shop.insert(Shop.order(1), seat: 2, $0) }),
                ("purchase_one_per_seat", { try Shop.insert(Shop.order(2), seat: 1, $0) }),
                ("purchase_seat_is_positive", { try Shop.insert(Shop.order(2), seat: 0, $0) }),
                ("account_key", { try Shop.openAccount(1, balance: 1, $0) }),
                ("account_is_not_overdrawn", { try $0.execute("update account set balance = balance - $1", 2) }),
                ("account.balance", { try $0.execute("update account set balance = $1", Int64?.none) }),
            ]
            for (name, violate) in violations {
                let error = await #expect(throws: DatabaseError.self) { try await database.transaction(violate) }
                #expect(error?.reason == .constraint(name))
                #expect(error?.mayHaveCommitted == false)
            }
        }
    }

    @Test func `a key without a name is refused when the database is opened`() async throws {
        let unnamed = [Migration("create things", .table("create table thing (id bigint not null, primary key (id))"))]
        let error = await #expect(throws: DatabaseError.self) { try await TestDatabase.with(.memory, unnamed) { _ in } }
        #expect(error?.message == "the key over thing.id has no name: write constraint … unique (…)")
    }

    @Test func `two keys with the same columns are refused, because SQLite does not distinguish them`() async throws {
        let ambiguous = [
            Migration(
                "create things",
                .table("create table thing (id bigint not null, constraint thing_key primary key (id))"),
                "create unique index thing_small on thing (id) where id < 9")
        ]
        let error = await #expect(throws: DatabaseError.self) {
            try await TestDatabase.with(.memory, ambiguous) { _ in }
        }
        #expect(error?.reason == .setup)
    }
}
