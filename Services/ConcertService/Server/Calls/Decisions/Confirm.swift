import ConcertAPI
import ConcertDomain
import Database
import Kernel
import RPC
import Service
import Telemetry

extension ConcertServer {
    /// Sells a reservation to a payment, or records the reason against it. The first decision about a payment is final.
    func confirm(_ request: ConfirmRequest, call: Call) async throws -> ConfirmReply {
        let (concert, payment, id) = (request.concertID, request.paymentID, request.reservationID)
        let amount = try Money(field: request.amount, request.currency)
        let decision = try await countingBrokenInvariants(before: call.deadline) { tx in
            // Fence: a concurrent call for this payment waits here and then reads the decision.
            let expected = Decision(payment, for: id, .confirmed, at: tx.now)
            guard try DecisionTable.insert(expected, in: concert, tx) else {
                return try Self.decision(about: payment, in: concert, tx)
            }
            let reservation = try ReservationTable.find(id, of: concert, tx)
            let outcome = Decision.judge(reservation, paidBy: request.userID, amount, now: tx.now)
            if let reservation {
                switch outcome {
                case .confirmed: try Self.sell(reservation, to: payment, tx)
                case .aborted(.expired): try SeatTable.free(try ReservationTable.expire(reservation, tx), tx)
                case .aborted: break
                }
            }
            let decision = Decision(payment, for: id, outcome, at: tx.now)
            if outcome != .confirmed { try DecisionTable.settle(decision, in: concert, tx) }
            return ConcertAPI.Decision(decision, sold: outcome == .confirmed ? reservation : nil)
        }
        return ConfirmReply(decision: decision)
    }

    static func decision(
        about payment: PaymentID, in concert: ConcertID, _ tx: Transaction
    ) throws -> ConcertAPI.Decision {
        guard let decision = try DecisionTable.find(payment, in: concert, tx) else { throw tx.conflict() }
        let isSale = decision.outcome == .confirmed
        let sold = isSale ? try ReservationTable.find(decision.reservation, of: concert, tx) : nil
        return .init(decision, sold: sold)
    }

    /// Sells all seats, or throws if one of them does not belong to the reservation.
    private static func sell(_ old: Reservation, to payment: PaymentID, _ tx: Transaction) throws {
        let schedule = try ScheduleTable.require(old.schedule, of: old.concert, tx)
        var reservation = old
        reservation.sell(to: payment, now: tx.now)
        try ReservationTable.save(reservation, was: old, tx)
        for label in reservation.seats {
            guard let seat = try SeatTable.sell(label, of: reservation, tx) else {
                throw BrokenInvariant("reservation \(old.id) is held, but its seat \(label) is not")
            }
            try TicketTable.insert(
                Ticket.issue(TicketID.make(at: tx.now), for: seat, of: reservation, on: schedule, now: tx.now), tx)
        }
    }
}
