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
        let reservation = Reservation(state: .expired, seats: seats)
        #expect(reservation.text(now: .noon) == text)
    }

    @Test(arguments: [
        (Payment(outcome: .paid), "paid"), (Payment(outcome: .paid, isRefunded: true), "paid, refunded"),
        (Payment(outcome: .notPaid, reason: .insufficient), "not paid: too little money"),
        (Payment(outcome: .notPaid, reason: .holdExpired), "not paid: hold expired"),
        (Payment(outcome: .pending), "pending"),
        (Payment(outcome: .pending, isCancelling: true), "cancellation pending"),
    ])
    func `a list shows the outcome of a payment`(payment: Payment, words: String) {
        #expect(payment.shortText == words)
    }
}
