import ConcertAPI
import Database
import Kernel
import RPC
import TestSupport
import Testing

@Suite struct AcknowledgeRefundTests {
    fileprivate static let concerts = [ConcertID(high: 0xc0, low: 1), ConcertID(high: 0xc0, low: 2)]
    fileprivate static let refund = RefundID(high: 0xa, low: 1)
    fileprivate static let payment = PaymentID(high: 8, low: 1)

    /// Inserts a refund of each concert with the same refund id and payment id.
    fileprivate static func owe(in house: House) async throws {
        try await house.service.instances[0].database.transaction { tx in
            for concert in concerts {
                try tx.execute(
                    """
                    insert into refund (
                        concert_id, refund_id, payment_id, reservation_id, user_id, amount, currency, reason, due_since,
                        seats, kept, is_part)
                    values ($1, $2, $3, $2, $4, 100, 'EUR', '', 0, '', 0, 0)
                    """, concert, refund, payment, UserID.alice)
            }
        }
    }

    struct Accepts {
        @Test(arguments: Engine.available, [true, false])
        func `an acknowledgement ends a refund of its own concert only`(engine: Engine, isPaymentNamed: Bool)
            async throws
        {
            try await House.with(engine) { house in
                try await AcknowledgeRefundTests.owe(in: house)
                let service = house.calls(of: .service)
                for _ in 1...2 {
                    _ = try await service.acknowledgeRefund(
                        AcknowledgeRefundRequest(
                            concertID: AcknowledgeRefundTests.concerts[0],
                            refundID: AcknowledgeRefundTests.refund,
                            paymentID: isPaymentNamed ? AcknowledgeRefundTests.payment : nil))
                    let due = try await service.listRefundsDue(ListRefundsDueRequest()).refunds
                    #expect(due.map(\.concertID) == [AcknowledgeRefundTests.concerts[1]])
                }
            }
        }
    }

    struct Refuses {
        @Test(arguments: Engine.available)
        func `an id of another length is refused`(engine: Engine) async throws {
            try await House.with(engine) { house in
                await expectRefusal("INVALID_FIELD") {
                    try await house.service.client(of: .service).call(
                        ConcertMethods.acknowledgeRefund.withRawIDs, RawIDs(first: house.concert.bytes, second: [1]))
                }
            }
        }
    }

    struct Retries {
        @Test(arguments: Engine.available)
        func `a late acknowledgement does not end another refund`(engine: Engine) async throws {
            try await House.with(engine) { house in
                let first = try await house.sold("A-1-1", number: 10)
                let second = try await house.sold("A-1-2", number: 12)
                _ = try await house.cancel(first, as: .alice, number: 20)
                try await house.acknowledge(20, of: 13)
                #expect(try await house.refundsDue() == [.numbered(11)])
                try await house.acknowledge(20, of: 11)
                #expect(try await house.refundsDue().isEmpty)
                await expectRefusal("REQUEST_ID_REUSED") { try await house.cancel(second, as: .alice, number: 20) }
                _ = try await house.cancel(second, as: .alice, number: 21)
                try await house.acknowledge(20, of: 11)
                #expect(try await house.refundsDue() == [.numbered(13)])
                try await house.acknowledge(21, of: nil)
                #expect(
                    try await house.refundsDue().isEmpty,
                    "without a payment id, the call acknowledges the refund with the id, whatever its payment")
            }
        }
    }

    struct Races {
        @Test(arguments: Engine.available)
        func `simultaneous acknowledgements end one refund`(engine: Engine) async throws {
            try await House.with(engine) { house in
                let sold = try await house.sold("A-1-1")
                _ = try await house.cancel(sold, as: .alice, number: 20)
                async let one: Void = house.acknowledge(20, of: 11)
                async let two: Void = house.acknowledge(20, of: 11)
                _ = try await (one, two)
                #expect(try await house.refundsDue().isEmpty)
            }
        }
    }
}
