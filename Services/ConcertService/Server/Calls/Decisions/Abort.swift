import ConcertAPI
import ConcertDomain
import Database
import Kernel
import RPC

extension ConcertServer {
    /// Aborts a payment, unless a decision about it exists. The reservation does not change, so its user can pay in
    /// another way.
    func abort(_ request: AbortRequest, call: Call) async throws -> AbortReply {
        let concert = try ConcertID(field: request.concertID, "concert_id")
        let payment = try PaymentID(field: request.paymentID, "payment_id")
        let reservation = try ReservationID(field: request.reservationID, "reservation_id")
        let entry = try await database.transaction(before: call.deadline) { tx in
            let decision = Decision(payment, for: reservation, .aborted(.requested), at: tx.now)
            guard try DecisionTable.insert(decision, in: concert, tx) else {
                return try Self.decision(about: payment, in: concert, tx)
            }
            return DecisionEntry(decision, sold: nil)
        }
        return AbortReply(decision: entry)
    }
}
