import ConcertAPI
import Kernel
import RPC
import TestSupport
import Testing
import WalletAPI

@Suite struct ListPaymentsTests {
    struct Accepts {
        @Test(arguments: Engine.available)
        func `payments are listed newest first, page by page, to their payer only`(engine: Engine) async throws {
            try await Market.with(engine) { market in
                try await market.topUp(4000)
                for number in 1...4 as ClosedRange<UInt64> {
                    let reservation = try await market.reserve("\(number)", number: 20 + number)
                    _ = try await market.pay(reservation, number: 30 + number)
                }
                let calls = market.calls(of: .alice)
                let first = try await calls.listPayments(ListPaymentsRequest(pageSize: 3))
                #expect(
                    first.payments.map(\.paymentID) == [34, 33, 32].map { .numbered($0) }
                        && first.hasMore)
                #expect(first.payments.allSatisfy { $0.reason == .insufficient })
                let request = ListPaymentsRequest(beforePaymentID: first.payments.last!.paymentID)
                let second = try await calls.listPayments(request)
                #expect(second.payments.map(\.outcome) == [.paid] && !second.hasMore)
                #expect(try await market.calls(of: .bob).listPayments(ListPaymentsRequest()).payments.isEmpty)
            }
        }

        @Test(arguments: Engine.available)
        func `the list begins with the largest id that a payer can choose`(engine: Engine) async throws {
            try await Market.with(engine) { market in
                let (calls, last) = (market.calls(of: .alice), PaymentID(high: .max, low: .max))
                let reservation = try await market.reserve("1", number: 21)
                _ = try await calls.pay(
                    PayRequest(
                        paymentID: last, concertID: reservation.concertID, reservationID: reservation.reservationID,
                        amount: reservation.amount, currency: reservation.currency))
                #expect(try await calls.listPayments(ListPaymentsRequest()).payments.map(\.paymentID) == [last])
                let earlier = try await calls.listPayments(ListPaymentsRequest(beforePaymentID: last))
                #expect(earlier.payments.isEmpty)
            }
        }
    }
}
