import Kernel
import RPC
import TestSupport
import Testing
import WalletAPI

@testable import Gateway

/// `gateway cancel` of a payment that is not decided.
struct CancelTests {
    private static let payment = PaymentID(high: 3, low: 1)
    private static let reservation = Memory.Reservation(
        concert: ConcertID(high: 1, low: 1), reservation: ReservationID(high: 2, low: 1))

    /// Before it is cancelled, and what comes of that.
    private func cancel(
        _ shown: PaymentOutcome?, _ cancelled: PaymentOutcome, by line: String = "cancel --yes"
    ) async throws -> (typed: Typed, memory: Memory) {
        let wallet = [
            Route(WalletMethods.showPayment) { request, _ in
                guard let shown else { throw RPCFailure(.notFound, "PAYMENT_UNKNOWN", "you have no such payment") }
                return ShowPaymentReply(payment: Self.view(shown, request.paymentID))
            },
            Route(WalletMethods.cancelPayment) { request, _ in
                var view = Self.view(cancelled, request.paymentID)
                view.isCancelling = cancelled == .pending
                if cancelled == .notPaid { view.reason = .cancelled }
                return CancelPaymentReply(payment: view)
            },
        ]
        var outcome: (typed: Typed, memory: Memory)?
        try await Scripted.with(wallet: wallet) { services in
            try services.remember { memory in
                memory.remember(Self.reservation)
                _ = try memory.payment(for: Self.reservation, orBegin: Self.payment)
            }
            outcome = (await services.gateway(line), try services.memory)
        }
        return try #require(outcome)
    }

    private static func view(_ outcome: PaymentOutcome, _ id: [UInt8]) -> PaymentView {
        PaymentView(
            paymentID: id, outcome: outcome, reservationID: reservation.reservation.bytes, amount: 8900, currency: "EUR"
        )
    }

    @Test(arguments: [PaymentOutcome.pending, nil])
    func `one that is cancelled at once is over, and will not be continued`(shown: PaymentOutcome?) async throws {
        let outcome = try await cancel(shown, .notPaid)
        #expect(outcome.typed.exit == .done)
        #expect(outcome.typed.output.hasPrefix("Not paid: it was cancelled."))
        #expect(!outcome.memory.payments.contains { $0.isOpen })
    }

    @Test func `one that nobody decides is noted as to be cancelled, which is not known yet`() async throws {
        let outcome = try await cancel(.pending, .pending)
        #expect(outcome.typed.exit == .indefinite)
        #expect(outcome.typed.complaint.contains("the cancelling is noted, and not decided yet. 89.00 EUR"))
        #expect(outcome.typed.complaint.hasSuffix("To see which: gateway payment"))
        #expect(outcome.memory.payments.map(\.isOpen) == [true])
    }

    @Test func `one that was faster is paid`() async throws {
        let outcome = try await cancel(.pending, .paid)
        #expect(outcome.typed.exit == .refused)
        #expect(outcome.typed.complaint.contains("it was paid before it could be cancelled"))
    }

    @Test func `nobody is asked where nobody is, and nothing is cancelled`() async throws {
        let outcome = try await cancel(.pending, .notPaid, by: "cancel")
        #expect(outcome.typed == .usage("gateway: nobody is there to be asked: say --yes"))
        #expect(outcome.memory.payments.map(\.isOpen) == [true])
    }
}
