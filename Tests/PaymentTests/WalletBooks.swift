import Database
import Kernel
import TestSupport

/// Wallet's stored rows, read without its code.
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
        let isAbortRequested: Bool
        let attempt: Int
        let refunded: Int64
    }

    /// The amounts of the refunds that were paid, by payment and refund.
    private(set) var refunds: [PaymentID: [RefundID: Int64]] = [:]
    var payments: [Payment] = []
    /// The number of passes that the waiting room has not finished yet.
    var passesDue = 0
    /// The violated rules of `sums`.
    var violations: [(invariant: Int, what: String)] = []

    private static let sums: [(invariant: Int, what: String)] = [
        (1, "an account is the sum of its entries"), (2, "no amount is negative"),
        (1, "top-ups equal available, pending and revenue"), (3, "pending money equals the RESERVED payments"),
        (3, "revenue equals what is left of the paid payments"), (3, "a payment pays once, and each refund once"),
        (3, "refunded is the sum of the refunds, and all of it only if the payment is REFUNDED"),
        (3, "each refund has its entry"), (0, "no concert is halted"),
    ]

    private static let statement: Statement = """
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
            cast(total - (select coalesce(sum(amount - refunded), 0) from payment where state in (2, 5)) as bigint),
            (select count(*) from
                (select 1 from entry where kind in (3, 5)
                group by kind, cause, payment_id having count(*) > 1) as twice),
            (select count(*) from payment p
                where refunded <> (select coalesce(sum(amount), 0) from refund r
                        where r.user_id = p.user_id and r.payment_id = p.payment_id)
                    or refunded > coalesce(amount, 0)
                    or (state = 5) <> (refunded > 0 and refunded = coalesce(amount, 0))
                    or (refunded > 0 and state not in (2, 5))),
            (select count(*) from refund r where not exists (select 1 from entry e
                where e.user_id = r.user_id and e.kind = 5 and e.cause = r.refund_id
                    and e.payment_id = r.payment_id and e.amount = r.amount)),
            (select count(*) from halted)
        from earned
        """

    init() {}

    init(_ reader: Reader) throws {
        payments = try reader.rows(
            """
            select payment_id, reservation_id, coalesce(amount, 0), state, wants_abort, attempt, refunded
            from payment
            order by payment_id
            """
        ) { row in
            Payment(
                id: try row.id(0), reservation: try row.optionalID(1), amount: try row.int64(2),
                state: State(rawValue: try row.int(3))!, isAbortRequested: try row.bool(4), attempt: try row.int(5),
                refunded: try row.int64(6))
        }
        try reader.forEach("select payment_id, refund_id, amount from refund") { row in
            refunds[try row.id(0), default: [:]][try row.id(1)] = try row.int64(2)
        }
        passesDue = try reader.first("select count(*) from pass_due") { row in try row.int(0) } ?? 0
        let found = try reader.first(Self.statement) { row in try (0..<Self.sums.count).map { try row.int($0) } }!
        violations = zip(Self.sums, found).filter { $0.1 != 0 }.map(\.0)
    }
}
