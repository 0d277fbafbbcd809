import Database
import Kernel
import TestSupport

/// The tables of these tests, and the statements on them.
enum Shop {
    enum Order {}
    typealias OrderID = ID<Order>

    static let migrations = [
        Migration(
            "create orders",
            .table(
                """
                create table buyer (
                    id uuid not null, orders bigint not null, constraint buyer_key primary key (id))
                """),
            .table(
                """
                create table purchase (
                    id uuid not null, buyer uuid not null, seat bigint, note text not null,
                    constraint purchase_key primary key (id),
                    constraint purchase_seat_is_positive check (seat > 0))
                """),
            "create unique index purchase_one_per_seat on purchase (seat)"),
        Migration(
            "create accounts",
            .table(
                """
                create table account (
                    id bigint not null, balance bigint not null, constraint account_key primary key (id),
                    constraint account_is_not_overdrawn check (balance >= 0))
                """)),
    ]

    static func order(_ number: UInt64) -> OrderID { OrderID(high: 0x0190_0000_0000_7000, low: number) }

    static func insert(_ order: OrderID, seat: Int?, note: String = "", _ tx: Transaction) throws {
        try tx.execute(
            "insert into purchase (id, buyer, seat, note) values ($1, $2, $3, $4)", order, Self.order(0), seat, note)
    }

    /// Inserts an order as a service does: a repeated request finds the row of the first one.
    static func insertOnce(_ order: OrderID, seat: Int?, _ tx: Transaction) throws {
        if try exists(order, tx) { return }
        try insert(order, seat: seat, tx)
    }

    static func exists(_ order: OrderID, _ reader: Reader) throws -> Bool {
        try reader.exists("select 1 from purchase where id = $1", order)
    }

    static func count(_ reader: Reader) throws -> Int {
        try reader.first("select count(*) from purchase") { row in try row.int(0) } ?? 0
    }

    static func openAccount(_ id: Int, balance: Int, _ tx: Transaction) throws {
        try tx.execute("insert into account (id, balance) values ($1, $2)", id, balance)
    }

    static func balance(of id: Int, _ reader: Reader) throws -> Int? {
        try reader.first("select balance from account where id = $1", id) { row in try row.int(0) }
    }
}

/// A refusal by the closure.
struct Refused: Error, Equatable {}
