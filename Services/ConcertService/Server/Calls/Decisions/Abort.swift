import ConcertAPI
import ConcertDomain
import Database
import RPC

extension ConcertServer {
    /// Aborts a payment, unless a decision about it exists. The reservation does not change, so its user can pay in
    /// another way.
    func abort(_ request: AbortRequest, call: Call) async throws -> AbortReply {
        let (concert, payment) = (request.concertID, request.paymentID)
        return try await database.transaction(before: call.deadline) { tx in
            let decision = Decision(payment, for: request.reservationID, .aborted(.requested), at: tx.now)
            guard try DecisionTable.insert([decision], in: concert, tx).all() == [payment] else {
                let earlier = try Self.decision(about: payment, in: concert, tx)
                return AbortReply(decision: earlier.known(toNew: request.understandsParts))
            }
            return AbortReply(decision: .init(decision))
        }
    }
}
