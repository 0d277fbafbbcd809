import ConcertAPI
import ConcertDomain
import Kernel
import RPC

extension ConcertServer {
    func cancelReservation(_ request: CancelReservationRequest, call: Call) async throws -> CancelReservationReply {
        let (reservation, refund, now) = try await giveBack(
            ReturnRequest(
                RefundID(of: try call.requestID), by: .init(call), of: nil,
                leastAmount: Int64(clamping: request.leastAmount), reason: request.reason),
            of: request.reservationID, in: request.concertID, call: call)
        return CancelReservationReply(
            reservation: .init(reservation, at: now), refundID: refund.id, refund: .init(refund))
    }
}
