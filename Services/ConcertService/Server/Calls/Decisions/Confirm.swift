import ConcertAPI
import ConcertDomain
import Database
import Kernel
import RPC
import Service

extension ConcertServer {
    /// Sells a reservation to a payment, or records the reason of the abort. The first decision about a payment is
    /// final.
    func confirm(_ request: ConfirmRequest, call: Call) async throws -> ConfirmReply {
        let waiting = ConfirmBatch.Request(
            payment: request.paymentID, reservation: request.reservationID, user: request.userID,
            amount: try Money(field: request.amount, request.currency), deadline: call.deadline)
        let (outcomes, index) = try await confirmations.outcome(of: waiting, in: request.concertID)
        let decision = try countingBrokenInvariants { try outcomes[index].get() }
        return ConfirmReply(decision: decision.known(toNew: request.understandsParts))
    }

    static func decision(
        about payment: PaymentID, in concert: ConcertID, _ tx: Transaction
    ) throws -> ConcertAPI.Decision {
        guard let decision = try DecisionTable.find(payment, in: concert, tx) else { throw tx.conflict() }
        guard decision.outcome == .confirmed,
            let sold = try ReservationTable.find(decision.reservation, of: concert, tx)
        else { return .init(decision) }
        return .init(decision, sold: sold, try TicketTable.all(of: sold, tx))
    }
}

extension ConcertAPI.Decision {
    /// Replaces the reason that callers of earlier versions do not know. `isNew` is true for a caller that understands parts.
    func known(toNew isNew: Bool) -> Self {
        var decision = self
        if !isNew, reason == .dateCancelled { decision.reason = .gone }
        return decision
    }
}
