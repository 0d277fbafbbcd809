import Journeys
import Kernel
import RPC
import TestSupport
import Testing
import WalletAPI

@testable import Gateway

/// `gateway cancel` of an undecided payment.
struct CancelTests {
    private static let payment = PaymentID(high: 3, low: 1)
    private static let reservation = RecentActivity.Reservation(
        concert: ConcertID(high: 1, low: 1), reservation: ReservationID(high: 2, low: 1))

    /// Runs the command. `shown` is the outcome before the cancellation, `cancelled` the one after it.
    private func cancel(
        _ shown: PaymentOutcome?, _ cancelled: PaymentOutcome, by line: String = "cancel --yes"
    ) async throws -> (result: CommandResult, activity: RecentActivity) {
        let wallet = [
            Route(WalletMethods.showPayment) { request, _ in
                guard let shown else { throw RPCFailure(.notFound, "PAYMENT_UNKNOWN", "you have no such payment") }
                return ShowPaymentReply(payment: Self.payment(shown, request.paymentID))
            },
            Route(WalletMethods.cancelPayment) { request, _ in
                var view = Self.payment(cancelled, request.paymentID)
                view.isCancelling = cancelled == .pending
                if cancelled == .notPaid { view.reason = .cancelled }
                return CancelPaymentReply(payment: view)
            },
        ]
        var outcome: (result: CommandResult, activity: RecentActivity)?
        try await StubServices.with(wallet: wallet) { services in
            try services.updateActivity { activity in
                activity.add(Self.reservation)
                _ = try activity.payment(for: Self.reservation, orBegin: Self.payment)
            }
            outcome = (await services.gateway(line), try services.activity)
        }
        return try #require(outcome)
    }

    private static func payment(_ outcome: PaymentOutcome, _ id: PaymentID) -> Payment {
        Payment(
            paymentID: id, outcome: outcome, reservationID: reservation.reservation, amount: 8900, currency: "EUR"
        )
    }

    @Test(arguments: [PaymentOutcome.pending, nil])
    func `a payment that is cancelled at once is no longer recorded as open`(shown: PaymentOutcome?) async throws {
        let outcome = try await cancel(shown, .notPaid)
        #expect(outcome.result.exit == .done)
        #expect(outcome.result.output.hasPrefix("Not paid: the payment was cancelled."))
        #expect(!outcome.activity.payments.contains { $0.isOpen })
    }

    @Test func `a cancellation without a decision is indefinite, and the payment stays open`() async throws {
        let outcome = try await cancel(.pending, .pending)
        #expect(outcome.result.exit == .indefinite)
        #expect(outcome.result.errorOutput.contains("the cancellation is requested, but not decided yet. 89.00 EUR"))
        #expect(outcome.result.errorOutput.hasSuffix("To see the outcome: gateway payment"))
        #expect(outcome.activity.payments.map(\.isOpen) == [true])
    }

    @Test func `a payment that succeeds before the cancellation is reported as paid`() async throws {
        let outcome = try await cancel(.pending, .paid)
        #expect(outcome.result.exit == .refused)
        #expect(outcome.result.errorOutput.contains("the payment succeeded before the cancellation"))
    }

    @Test func `without a terminal and --yes nothing is cancelled`() async throws {
        let outcome = try await cancel(.pending, .notPaid, by: "cancel")
        #expect(outcome.result == .usage("gateway: not a terminal: pass --yes to confirm"))
        #expect(outcome.activity.payments.map(\.isOpen) == [true])
    }
}
