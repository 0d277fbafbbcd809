import Database
import Kernel
import TestSupport

/// Rows that show missing, doubled or partial entries: every entry has two halves, and the tally counts the entries.
package enum Ledger {
    package static let migrations = [
        Migration(
            "create ledger",
            .table(
                """
                create table entry (
                    run bigint not null, number bigint not null, half bigint not null,
                    constraint entry_key primary key (run, number, half))
                """),
            .table(
                """
                create table tally (
                    id bigint not null, entries bigint not null, constraint tally_key primary key (id))
                """),
            "insert into tally (id, entries) values (1, 0)")
    ]

    /// Writes an entry. A second run for the same entry finds the first one.
    package static func write(_ number: Int, of run: Int, _ tx: Transaction) throws {
        if try tx.exists("select 1 from entry where run = $1 and number = $2 and half = 1", run, number) { return }
        let entries = try tx.first("select entries from tally where id = 1") { row in try row.int(0) } ?? 0
        try tx.execute("insert into entry (run, number, half) values ($1, $2, 1)", run, number)
        try tx.executeOne("update tally set entries = $1 where id = 1 and entries = $2", entries + 1, entries)
        try tx.execute("insert into entry (run, number, half) values ($1, $2, 2)", run, number)
    }

    /// A refusal by `writeAndRefuse`.
    package struct Refused: Error {}

    /// Writes an entry of no run and refuses, so that nothing of it may be found.
    package static func writeAndRefuse(_ number: Int, _ tx: Transaction) throws {
        try write(number, of: noRun, tx)
        throw Refused()
    }

    private static let noRun = 0

    /// Returns an inconsistency of the database, given the numbers acknowledged in `run`. Nil if there is none.
    package static func problem(in reader: Reader, acknowledged: [Int], of run: Int) throws -> String? {
        var halves: [Int: Int] = [:]
        try reader.forEach("select number, half from entry where run = $1", run) { row in
            halves[try row.int(0), default: 0] += try row.int(1)
        }
        if let half = halves.first(where: { $0.value != 3 }) {
            return "only half of entry \(half.key) of run \(run) exists"
        }
        if let lost = acknowledged.first(where: { halves[$0] == nil }) {
            return "entry \(lost) of run \(run) was acknowledged, but is missing"
        }
        if try reader.exists("select 1 from entry where run = $1", noRun) { return "an entry of a refusal exists" }
        let rows = try reader.first("select count(*) from entry") { row in try row.int(0) }
        let tally = try reader.first("select entries from tally where id = 1") { row in try row.int(0) }
        return rows == tally.map { 2 * $0 }
            ? nil : "there are \(rows ?? 0) halves, but the tally is \(tally ?? 0) entries"
    }
}
