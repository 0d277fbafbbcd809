import ConcertAPI
import ConcertDomain
import Database
import Kernel
import RPC

extension ConcertServer {
    /// Decides that a payment buys nothing, unless it has bought already. The reservation stays as it is: its user may pay
    /// in another way.
    func abort(_ request: AbortRequest, call: Call) async throws -> AbortReply {
        let concert = try ConcertID(field: request.concertID, "concert_id")
        let payment = try PaymentID(field: request.paymentID, "payment_id")
        let reservation = try ReservationID(field: request.reservationID, "reservation_id")
        let entry = try await database.transaction(before: call.deadline) { tx in
            let decision = Decision(payment, for: reservation, .aborted(.requested), at: tx.now)
            guard try DecisionTable.insert(decision, in: concert, tx) else {
                return try Self.decided(payment, in: concert, tx)
            }
            return DecisionEntry(decision, sold: nil)
        }
        return AbortReply(decision: entry)
    }
}
