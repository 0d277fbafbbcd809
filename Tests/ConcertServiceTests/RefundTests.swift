import ConcertAPI
import Kernel
import RPC
import TestSupport
import Testing

/// A client reuses the request id of a cancellation, which is the id of its refund.
@Suite struct RefundTests {
    private func sold(_ seat: String, in house: House, number: UInt64) async throws -> ReservationEntry {
        let reservation = try await house.reserve(seat, as: .alice, number: number)
        #expect(try await house.confirm(reservation, payment: number + 1).outcome == .confirmed)
        return reservation
    }

    private func due(in house: House) async throws -> [[UInt8]] {
        try await house.calls(of: .service).listRefundsDue(ListRefundsDueRequest()).refunds.map(\.paymentID)
    }

    private func acknowledge(_ refund: UInt64, of payment: UInt64?, in house: House) async throws {
        _ = try await house.calls(of: .service).acknowledgeRefund(
            AcknowledgeRefundRequest(
                concertID: house.concert.bytes, refundID: RequestID.numbered(refund).bytes,
                paymentID: payment.map { RequestID.numbered($0).bytes } ?? []))
    }

    @Test(arguments: Engine.available)
    func `the id of a refund due is refused for another refund`(engine: Engine) async throws {
        try await House.with(engine) { house in
            let first = try await sold("A-1-1", in: house, number: 10)
            let second = try await sold("A-1-2", in: house, number: 12)
            _ = try await house.cancel(first, as: .alice, number: 20)
            await expectRefusal("REQUEST_ID_REUSED") { try await house.cancel(second, as: .alice, number: 20) }
            #expect(try await house.show(second, as: .alice).state == .sold)
            #expect(try await due(in: house) == [RequestID.numbered(11).bytes])
        }
    }

    @Test(arguments: Engine.available)
    func `a late acknowledgement does not end another refund`(engine: Engine) async throws {
        try await House.with(engine) { house in
            let first = try await sold("A-1-1", in: house, number: 10)
            let second = try await sold("A-1-2", in: house, number: 12)
            _ = try await house.cancel(first, as: .alice, number: 20)
            try await acknowledge(20, of: 11, in: house)
            #expect(try await due(in: house).isEmpty)
            _ = try await house.cancel(second, as: .alice, number: 20)
            try await acknowledge(20, of: 11, in: house)
            #expect(try await due(in: house) == [RequestID.numbered(13).bytes])
            try await acknowledge(20, of: nil, in: house)
            #expect(
                try await due(in: house).isEmpty, "without a payment id, the call acknowledges every refund with the id"
            )
        }
    }
}
