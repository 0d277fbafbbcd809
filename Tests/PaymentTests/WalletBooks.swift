import Database
import Kernel

/// What Wallet has on its disk, read without its own code.
struct WalletBooks: Sendable {
    enum State: Int, Sendable {
        case reserved = 1
        case posted, voided, declined, refunded
    }

    struct Payment: Sendable {
        let id: PaymentID
        let reservation: ReservationID?
        let amount: Int64
        let state: State
        let wantsAbort: Bool
        let attempt: Int
    }

    var payments: [Payment] = []
    /// Passes of which the waiting room does not know yet that they are finished.
    var passesDue = 0
    /// Of the sums that must be equal, those that are not.
    var misfits: [(invariant: Int, what: String)] = []

    private static let sums: [(invariant: Int, what: String)] = [
        (1, "accounts have what their entries say"), (2, "nothing is negative"),
        (1, "top-ups are what is available, pending and revenue"),
        (3, "what is pending is what RESERVED payments set aside"), (3, "the revenue is what POSTED payments paid"),
        (3, "a payment pays once and is refunded once"), (0, "no concert is halted"),
    ]

    init() {}

    init(_ reader: Reader) throws {
        payments = try reader.rows(
            """
            select payment_id, reservation_id, coalesce(amount, 0), state, wants_abort, attempt from payment
            order by payment_id
            """
        ) { row in
            Payment(
                id: try row.id(0), reservation: try row.optionalID(1), amount: try row.int64(2),
                state: State(rawValue: try row.int(3))!, wantsAbort: try row.bool(4), attempt: try row.int(5))
        }
        passesDue = try reader.first("select count(*) from pass_due") { row in try row.int(0) } ?? 0
        let found = try reader.first(
            """
            with
                kept as (
                    select user_id, sum(case kind when 2 then -amount when 3 then 0 else amount end) as free,
                        sum(case kind when 2 then amount when 3 then -amount when 4 then -amount else 0 end) as aside
                    from entry group by user_id),
                earned as (
                    select coalesce(sum(case kind when 3 then amount when 5 then -amount else 0 end), 0) as total
                    from entry)
            select
                (select count(*) from account a left join kept k on k.user_id = a.user_id
                    where a.available <> coalesce(k.free, 0) or a.pending <> coalesce(k.aside, 0)),
                (select count(*) from account where available < 0 or pending < 0),
                cast((select coalesce(sum(amount), 0) from top_up) - total
                    - (select coalesce(sum(available + pending), 0) from account) as bigint),
                (select count(*) from account a where pending <>
                    (select coalesce(sum(amount), 0) from payment p where p.user_id = a.user_id and p.state = 1)),
                cast(total - (select coalesce(sum(amount), 0) from payment where state = 2) as bigint),
                (select count(*) from
                    (select 1 from entry where kind in (3, 5) group by kind, cause having count(*) > 1) as twice),
                (select count(*) from halted)
            from earned
            """
        ) { row in try (0..<7).map { try row.int($0) } }!
        misfits = zip(Self.sums, found).filter { $0.1 != 0 }.map(\.0)
    }
}
