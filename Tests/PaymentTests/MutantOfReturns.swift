import Database
import Kernel
import TestSupport

/// The mutants of `refunds-safety.pml`.
extension Mutant {
    /// Makes Wallet forget its refunds, or end a payment with the first of them.
    func changeRefunds(_ tx: Transaction) throws {
        if self == .refundWithoutRow {
            try tx.execute(
                """
                create trigger refund_without_row after insert on refund
                begin delete from refund where refund_id = new.refund_id; end
                """)
        } else {
            try tx.execute(
                """
                create trigger refunded_at_first after update on payment when new.state = 2 and new.refunded > 0
                begin update payment set state = 5, refund_id = new.payment_id where payment_id = new.payment_id; end
                """)
        }
    }

    /// Makes Concert return tickets and record refunds that its rules do not allow.
    func changeReturns(_ tx: Transaction) throws {
        switch self {
        case .feeLost:
            try tx.execute(
                """
                create trigger fee_lost after insert on refund
                begin update refund set amount = amount + kept where refund_id = new.refund_id; end
                """)
        case .ticketStays:
            try tx.execute(
                """
                create trigger ticket_stays after update on ticket when new.state = 3
                begin update ticket set state = 1, cancelled_at = null where ticket_id = new.ticket_id; end
                """)
        case .fullAfterPart:
            try tx.execute(
                """
                create trigger full_after_part after insert on refund
                when (select count(*) from refund where reservation_id = new.reservation_id) > 1
                begin
                    update refund
                    set amount = (select amount from reservation where reservation_id = new.reservation_id)
                    where refund_id = new.refund_id;
                end
                """)
        default:
            try tx.execute(
                """
                create trigger rest_frees_resold after insert on refund
                when (select state from reservation where reservation_id = new.reservation_id) = 5
                begin
                    update seat set state = 0, reservation_id = null, until = null
                    where state in (1, 2) and exists (
                        select 1 from reservation r where r.reservation_id = new.reservation_id
                            and instr(',' || r.seats || ',', ',' || seat.label || ',') > 0);
                end
                """)
        }
    }

    /// Computes the refund when it is paid, or lets a ticket go back again.
    func editReturns(of concert: SimulatedProgram) {
        if self == .policyAtPayout {
            concert.faults.replace(
                "seats, amount, currency", with: "seats, amount / 2, currency", where: "where acknowledged_at is null")
            return
        }
        if self == .cancelByList {
            concert.faults.replace(
                "and not (s.state = 3", with: "and s.state in (1, 2) and not (s.state = 3", where: "order by r.user_id")
            return
        }
        concert.faults.replace(
            "state, used_at, used_by, cancelled_at",
            with: "case state when 3 then 1 else state end, used_at, used_by, null",
            where: "from ticket where concert_id = $1 and reservation_id = $2")
        concert.faults.replace("and state = $11", with: "and $11 is not null", where: "update ticket set state")
        concert.faults.replace(
            "return_reason, returned_seats", with: "return_reason, ''",
            where: "cancellation_id from reservation where concert_id = $1 and reservation_id")
        concert.faults.replace(
            "and coalesce(returned_seats, '') = $12", with: "and $12 is not null", where: "set state = $3, payment_id")
    }

    /// Simulates a handler that saw no cancellation, and reserves a free seat after the list of reservations was worked off.
    func reserveAfterTheFlag(in world: World, _ concert: ConcertBooks) throws {
        guard concert.isCancellationFinished, concert.reservations[.numbered(77)] == nil else { return }
        let now = world.concert.clock.now
        try world.concert.tamper { tx in
            try tx.execute(
                """
                update seat set state = 1, reservation_id = $1, until = $2
                where label = '1' and state = 0
                """, ReservationID.numbered(77), now + World.hold)
            try tx.execute(
                """
                insert into reservation (
                    reservation_id, concert_id, schedule_id, user_id, seats, amount, currency, reserved_at, deadline, state)
                select $1, concert_id, schedule_id, $2, label, price, 'EUR', $3, $4, 1 from seat
                where label = '1' and state = 1 and reservation_id = $1
                """, ReservationID.numbered(77), world.payers[0].user, now, now + World.hold)
        }
    }

    /// Simulates a Wallet that credits a refund while the payment is reserved.
    func creditBeforePost(in world: World, _ wallet: WalletBooks, _ concert: ConcertBooks) throws {
        for payment in wallet.payments where payment.state == .reserved && payment.refunded == 0 {
            guard let refund = concert.refunds(of: payment.id).first(where: { !$0.isAcknowledged }) else { continue }
            try world.wallet.tamper { tx in
                try tx.execute(
                    "insert into refund select user_id, payment_id, $2, $3, 0 from payment where payment_id = $1",
                    payment.id, refund.id, refund.amount)
                try tx.execute(
                    "update payment set refunded = $2 where payment_id = $1", payment.id, refund.amount)
            }
        }
    }
}
