import ConcertAPI
import Kernel
import TestSupport
import Testing
import WalletAPI

@testable import Gateway

/// What becomes of one's things, in words.
struct ReportTests {
    @Test(arguments: [
        (["Stalls-1-1"], "The time was over before Stalls-1-1 was paid for."),
        (["Stalls-1-1", "Stalls-1-2"], "The time was over before Stalls-1-1, Stalls-1-2 were paid for."),
    ])
    func `of one seat it is said otherwise than of several`(seats: [String], text: String) {
        let reservation = ReservationEntry(state: .expired, seats: seats)
        #expect(ReservationReport(reservation: reservation).text(now: .noon) == text)
    }

    @Test(arguments: [
        (PaymentView(outcome: .paid), "paid"), (PaymentView(outcome: .paid, isRefunded: true), "paid, given back"),
        (PaymentView(outcome: .notPaid, reason: .insufficient), "not paid: too little money"),
        (PaymentView(outcome: .notPaid, reason: .holdExpired), "not paid: too late"),
        (PaymentView(outcome: .pending), "not decided yet"),
    ])
    func `a list says in words what became of a payment`(payment: PaymentView, words: String) {
        #expect(PaymentReport(payment: payment).briefly == words)
    }
}
