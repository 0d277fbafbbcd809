import ConcertAPI
import Journeys
import Kernel
import RPC
import Synchronization
import TestSupport
import Testing
import WalletAPI

@testable import Gateway

/// `gateway pay` with the answers of a test from the wallet service.
struct PayTests {
    private static let reservation = RecentActivity.Reservation(
        concert: ConcertID(high: 1, low: 1), reservation: ReservationID(high: 2, low: 1))

    /// The result of the command, and the payments that it sent. `answer` receives the number of the attempt.
    private func pay(
        seats: [PaidSeat] = [], _ answer: @escaping @Sendable (Int) throws -> Payment
    ) async throws -> (result: CommandResult, sent: [PaymentID], activity: RecentActivity) {
        let sent = Mutex<[PaymentID]>([])
        let concert = Route(ConcertMethods.showReservation) { _, _ in
            ShowReservationReply(
                reservation: Reservation(
                    reservationID: Self.reservation.reservation, concertID: Self.reservation.concert,
                    scheduleID: ScheduleID(high: 3, low: 1), state: .held, seats: ["A-1-1"], amount: 8900,
                    currency: "EUR", reservedAt: .noon, deadline: .noon + .minutes(5)))
        }
        let wallet = Route(WalletMethods.pay) { request, _ in
            let number = sent.withLock {
                $0.append(request.paymentID)
                return $0.count
            }
            var payment = try answer(number)
            (payment.paymentID, payment.amount, payment.currency) = (
                request.paymentID, request.amount, request.currency
            )
            return PayReply(payment: payment, seats: seats)
        }
        var outcome: (result: CommandResult, activity: RecentActivity)?
        try await StubServices.with(concert: [concert], wallet: [wallet]) { services in
            try services.updateActivity { $0.add(Self.reservation) }
            outcome = (try await services.gatewayWithoutPauses("pay"), try services.activity)
        }
        let (result, activity) = try #require(outcome)
        return (result, sent.withLock { $0 }, activity)
    }

    @Test(arguments: [
        NotPaidReason.noAccount, .insufficient, .cancelled, .holdExpired, .reservationGone, .alreadySold, .mismatch,
    ])
    func `a payment that is not paid is a refusal, whatever the reason`(reason: NotPaidReason) async throws {
        let (result, sent, activity) = try await pay { _ in Payment(outcome: .notPaid, reason: reason) }
        #expect(result.exit == .refused && result.output.isEmpty, "\(result)")
        #expect(sent.count == 1)
        #expect(activity.payments.isEmpty, "the next attempt is a new payment")
    }

    @Test func `a payment whose answer is lost is sent again by the same command`() async throws {
        let (result, sent, activity) = try await pay { number in
            guard number > 1 else { throw RPCFailure(.unknown, "LOST", "the answer was lost").indefinite }
            return Payment(outcome: .paid)
        }
        #expect(result.exit == .done, "\(result)")
        #expect(sent.count == 2 && Set(sent).count == 1)
        #expect(activity.payments.map(\.isOpen) == [false])
    }

    @Test func `the answer names the seats`() async throws {
        let seats = ["A-1-1", "A-1-2"].map { PaidSeat(seat: $0, ticketID: TicketID(high: 6, low: 6)) }
        let (result, _, _) = try await pay(seats: seats) { _ in Payment(outcome: .paid) }
        #expect(result.output == "Paid: 89.00 EUR for A-1-1, A-1-2. Your tickets: gateway tickets")
    }

    @Test func `a payment that is refused is not sent again`() async throws {
        let (result, sent, _) = try await pay { _ in throw RPCFailure(.failedPrecondition, "CONCERT_HALTED", "halted") }
        #expect(result.exit == .refused, "\(result)")
        #expect(sent.count == 1)
    }
}
