import ConcertAPI
import Kernel
import TestSupport
import Testing
import WalletAPI

@testable import Gateway

struct ReportTests {
    @Test(arguments: [
        (["Stalls-1-1"], "The hold on Stalls-1-1 expired before a payment."),
        (["Stalls-1-1", "Stalls-1-2"], "The hold on Stalls-1-1, Stalls-1-2 expired before a payment."),
    ])
    func `an expired reservation names its seats`(seats: [String], text: String) {
        let reservation = ReservationEntry(state: .expired, seats: seats)
        #expect(reservation.text(now: .noon) == text)
    }

    @Test(arguments: [
        (PaymentView(outcome: .paid), "paid"), (PaymentView(outcome: .paid, isRefunded: true), "paid, refunded"),
        (PaymentView(outcome: .notPaid, reason: .insufficient), "not paid: too little money"),
        (PaymentView(outcome: .notPaid, reason: .holdExpired), "not paid: hold expired"),
        (PaymentView(outcome: .pending), "pending"),
        (PaymentView(outcome: .pending, isCancelling: true), "cancellation pending"),
    ])
    func `a list shows the outcome of a payment`(payment: PaymentView, words: String) {
        #expect(payment.shortText == words)
    }
}
