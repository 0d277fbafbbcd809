import ConcertAPI
import Database
import Kernel
import RPC
import TestSupport
import Testing

@Suite struct AcknowledgeRefundTests {
    private static let concerts = [ConcertID(high: 0xc0, low: 1), ConcertID(high: 0xc0, low: 2)]
    private static let refund = RefundID(high: 0xa, low: 1)
    private static let payment = PaymentID(high: 8, low: 1)

    /// Inserts a refund of each concert with the same refund id and payment id.
    private func owe(in house: House) async throws {
        try await house.service.instances[0].database.transaction { tx in
            for concert in Self.concerts {
                try tx.execute(
                    """
                    insert into refund_due (
                        concert_id, refund_id, payment_id, reservation_id, user_id, amount, currency, reason, due_since)
                    values ($1, $2, $3, $2, $4, 100, 'EUR', '', 0)
                    """, concert, Self.refund, Self.payment, UserID.alice)
            }
        }
    }

    @Test(arguments: Engine.available, [true, false])
    func `an acknowledgement ends a refund of its own concert only`(engine: Engine, isPaymentNamed: Bool) async throws {
        try await House.with(engine) { house in
            try await owe(in: house)
            let service = house.calls(of: .service)
            for _ in 1...2 {
                _ = try await service.acknowledgeRefund(
                    AcknowledgeRefundRequest(
                        concertID: Self.concerts[0].bytes, refundID: Self.refund.bytes,
                        paymentID: isPaymentNamed ? Self.payment.bytes : []))
                let due = try await service.listRefundsDue(ListRefundsDueRequest()).refunds
                #expect(due.map(\.concertID) == [Self.concerts[1].bytes])
            }
        }
    }
}
