import Database
import Kernel
import TestSupport
import Threads

/// The mutants of the model in `Tests/Models`, by name. Each removes one guard of the protocol, and histories must detect it.
///
/// The services have no switches for mutants, so no program can run without a guard. A mutant changes the database in
/// the test. It removes a condition from a statement, undoes or changes rows by a trigger, or loses confirmed commits.
/// Then the real code behaves as it would without the guard.
enum Mutant: String, CaseIterable {
    case sendBeforeDurable = "M_SEND_BEFORE_DURABLE"
    case unilateralVoid = "M_UNILATERAL_VOID"
    case rejectNotRecorded = "M_REJECT_NOT_RECORDED"
    case noTombstone = "M_NO_TOMBSTONE"
    case earlyForget = "M_EARLY_FORGET"
    case checkThenAct = "M_CHECK_THEN_ACT"
    case noHoldCheck = "M_NO_HOLD_CHECK"
    case confirmBySeat = "M_CONFIRM_BY_SEAT"
    case volatileDecision = "M_VOLATILE_DECISION"
    case cancelFlipsDecision = "M_CANCEL_FLIPS_DECISION"
    case postWithoutCAS = "M_POST_WITHOUT_CAS"
    case refundWithoutCAS = "M_REFUND_WITHOUT_CAS"
    case refundWithoutRow = "M_REFUND_WITHOUT_ROW"
    case refundBeforePost = "M_REFUND_BEFORE_POST"
    case refundedAtFirst = "M_REFUNDED_AT_FIRST"
    case feeLost = "M_FEE_LOST"
    case policyAtPayout = "M_POLICY_AT_PAYOUT"
    case ticketStays = "M_TICKET_STAYS"
    case fullAfterPart = "M_FULL_AFTER_PART"
    case returnNotConditional = "M_RETURN_NOT_CONDITIONAL"
    case restFreesResold = "M_REST_FREES_RESOLD"
    case cancelByList = "M_CANCEL_BY_LIST"

    /// The promises that can break first.
    var breaks: Set<Int> {
        switch self {
        // A confirmed payment without money, or an answered payment that is lost.
        case .sendBeforeDurable: [8, 13]
        case .unilateralVoid: [9]
        // The money is available again, and a late Confirm sells.
        case .rejectNotRecorded, .noTombstone, .earlyForget: [5, 9]
        // An ended hold is sold, or a seat has two holders.
        case .checkThenAct, .noHoldCheck, .confirmBySeat: [4, 6]
        case .volatileDecision: [7]
        case .cancelFlipsDecision: [5]
        // Wallet itself detects a second post if the account has no money set aside.
        case .postWithoutCAS: [0, 3]
        // A refund that is paid again can have the event of the first one. Then it never ends.
        case .refundWithoutCAS: [3, 11]
        case .refundWithoutRow, .refundBeforePost, .refundedAtFirst: [3]
        case .feeLost, .policyAtPayout, .fullAfterPart: [7]
        case .ticketStays, .restFreesResold: [4]
        case .returnNotConditional: [4, 7]
        case .cancelByList: [14]
        }
    }

    /// Removes the guard. It is called before the servers start.
    func apply(to world: World) throws {
        switch self {
        case .sendBeforeDurable: losePower(world.wallet, after: "insert into payment (", in: world)
        case .volatileDecision: losePower(world.concert, after: "insert into decision", in: world)
        case .postWithoutCAS, .refundWithoutCAS: editStatements(of: world.wallet)
        case .unilateralVoid: try world.wallet.tamper(Self.giveUp)
        case .rejectNotRecorded, .noTombstone, .earlyForget, .cancelFlipsDecision:
            try world.concert.tamper { try changeDecisions($0) }
        case .checkThenAct, .noHoldCheck, .confirmBySeat: try world.concert.tamper { try sellWithoutHold($0) }
        case .refundBeforePost: break
        case .refundWithoutRow, .refundedAtFirst: try world.wallet.tamper { try changeRefunds($0) }
        case .policyAtPayout, .returnNotConditional, .cancelByList: editReturns(of: world.concert)
        case .feeLost, .ticketStays, .fullAfterPart, .restFreesResold:
            try world.concert.tamper { try changeReturns($0) }
        }
    }

    /// Removes the condition on the previous state from the statements of a step.
    private func editStatements(of wallet: SimulatedProgram) {
        if self == .postWithoutCAS {
            wallet.faults.replace(
                "payment_id = $2 and state = 1", with: "payment_id = $2", where: "set state = $3, reason")
        } else {
            wallet.faults.replace(
                "and state = 2 and refunded = $7", with: "and $7 is not null", where: "set state = $3, refunded")
            wallet.faults.replace(
                "begun_at, state, reason", with: "begun_at, case state when 5 then 2 else state end, reason",
                where: "from payment where user_id = $1 and payment_id = $2")
            wallet.faults.replace(
                "refunded_at, refunded", with: "refunded_at, 0",
                where: "from payment where user_id = $1 and payment_id = $2")
            wallet.faults.replace("refund_id = $3", with: "refund_id = $3 and 1 = 0", where: "from refund where")
            wallet.faults.replace("insert into refund", with: "insert or replace into refund", where: "into refund (")
            wallet.faults.replace(" on conflict do nothing", with: "", where: "into refund (")
        }
    }

    /// Makes Concert delete or change decisions that it must keep.
    private func changeDecisions(_ tx: Transaction) throws {
        switch self {
        case .rejectNotRecorded:
            try tx.execute(
                """
                create trigger reject_not_recorded after update on decision when new.outcome <> 0
                begin delete from decision where payment_id = new.payment_id; end
                """)
        case .noTombstone:
            try tx.execute(
                """
                create trigger no_tombstone after insert on decision when new.outcome = 5
                begin delete from decision where payment_id = new.payment_id; end
                """)
        case .earlyForget:
            try tx.execute(
                """
                create trigger early_forget after insert on decision
                begin delete from decision where outcome <> 0 and payment_id <> new.payment_id; end
                """)
        default:
            try tx.execute(
                """
                create trigger cancel_flips_decision after update on reservation when new.state = 5
                begin update decision set outcome = 5 where payment_id = new.payment_id; end
                """)
        }
    }

    /// Makes Concert sell reservations that hold no seats. `checkThenAct` fills the table `sellable` after each step.
    private func sellWithoutHold(_ tx: Transaction) throws {
        try tx.execute("create table sellable (reservation_id uuid)")
        if self == .noHoldCheck {
            try tx.execute(
                """
                create trigger no_hold_check before insert on decision when new.outcome = 0
                begin
                    delete from sellable;
                    insert into sellable select reservation_id from reservation
                    where reservation_id = new.reservation_id and state <> 2 and deadline > new.decided_at;
                end
                """)
        }
        if self == .confirmBySeat {
            try tx.execute(
                """
                create trigger confirm_by_seat before insert on decision when new.outcome = 0
                begin
                    delete from sellable;
                    insert into sellable select r.reservation_id from reservation r
                    where r.reservation_id = new.reservation_id and exists (
                        select 1 from seat s where s.state = 1 and s.until > new.decided_at
                            and instr(',' || r.seats || ',', ',' || s.label || ',') > 0);
                end
                """)
        }
        try Self.sellWhatIsSellable(tx)
    }

    /// Simulates a handler that was delayed between check and action. It is called after each step.
    func intervene(in world: World, _ wallet: WalletBooks, _ concert: ConcertBooks) throws {
        if self == .refundBeforePost { try creditBeforePost(in: world, wallet, concert) }
        if self == .cancelByList { try reserveAfterTheFlag(in: world, concert) }
        guard self == .checkThenAct else { return }
        let now = world.concert.clock.now
        let paid = Set(wallet.payments.filter { $0.state == .reserved }.compactMap(\.reservation))
        let checked = concert.reservations.values.filter {
            paid.contains($0.id) && $0.state == .held && $0.deadline > now
        }
        for reservation in checked {
            try world.concert.tamper {
                try $0.execute(
                    """
                    insert into sellable select $1 where not exists (select 1 from sellable where reservation_id = $1)
                    """, reservation.id)
            }
        }
    }

    /// Makes Confirm find the reservations in `sellable` and their seats held, whatever their state.
    private static func sellWhatIsSellable(_ tx: Transaction) throws {
        try tx.execute(
            """
            create trigger sell_what_is_sellable after insert on decision
            when new.outcome = 0 and exists (select 1 from sellable where reservation_id = new.reservation_id)
            begin
                update reservation set state = 1, ended_at = null, deadline = max(deadline, new.decided_at + 1)
                where reservation_id = new.reservation_id and state in (1, 3, 4);
                update seat set state = 1, reservation_id = new.reservation_id, until = new.decided_at + 1
                where exists (
                    select 1 from reservation r
                    where r.reservation_id = new.reservation_id and r.state = 1
                        and instr(',' || r.seats || ',', ',' || seat.label || ',') > 0);
            end
            """)
    }

    /// Makes Wallet void a payment after the third attempt without an answer.
    private static func giveUp(_ tx: Transaction) throws {
        try tx.execute(
            """
            create trigger unilateral_void after update on payment
            when new.state = 1 and new.attempt >= 3 and new.attempt > old.attempt
            begin
                update payment set state = 3, reason = 3, next_attempt = null, decided_at = new.next_attempt
                where user_id = new.user_id and payment_id = new.payment_id;
                update account set available = available + new.amount, pending = pending - new.amount,
                    entries = entries + 1
                where user_id = new.user_id and currency = new.currency;
                insert into entry (user_id, currency, serial, kind, amount, available, pending, cause, made_at)
                select user_id, currency, entries, 4, new.amount, available, pending, new.payment_id, new.next_attempt
                from account where user_id = new.user_id and currency = new.currency;
            end
            """)
    }

    /// Confirms half of the commits that contain `statement` and then loses them in an immediate power failure.
    private func losePower(_ program: SimulatedProgram, after statement: String, in world: World) {
        let random = Lock(SeededGenerator(seed: world.seed))
        program.faults.forgetCommits(of: statement) {
            guard world.isOpen, random.withLock({ Bool.random(using: &$0) }) else { return false }
            program.isLosingPower = true
            return true
        }
    }
}
