import Journeys
import Kernel
import WalletAPI

extension PaymentView {
    var total: String { Money.text(amount, currency) }

    var json: JSON {
        .object([
            "paymentId": .id(paymentID), "code": .string(IDSuffix.text(of: paymentID)),
            "outcome": .name(of: outcome), "reason": outcome == .notPaid ? .name(of: reason) : nil,
            "concertId": .id(concertID), "reservationId": .id(reservationID), "amount": Money.json(amount, currency),
            "isRefunded": .bool(isRefunded), "isCancelling": .bool(isCancelling), "begunAt": .time(begunAtMs),
            "decidedAt": .time(decidedAtMs), "refundedAt": .time(refundedAtMs),
        ])
    }

    var text: String {
        switch outcome {
        case .paid:
            isRefunded ? "Paid, and refunded: \(total)." : "Paid: \(total). Your tickets: gateway tickets"
        case .notPaid: "Not paid: \(explanation)."
        case .pending:
            isCancelling
                ? cancellationPending.prefix(1).uppercased() + cancellationPending.dropFirst() + ". \(Self.seeOutcome)"
                : "Payment pending: \(total) is set aside. To continue: gateway pay"
        case .unspecified, .unrecognized: "Payment in state \(outcome)."
        }
    }

    /// The text for a table.
    var shortText: String {
        switch outcome {
        case .paid: isRefunded ? "paid, refunded" : "paid"
        case .notPaid: "not paid: \(notPaid.words)"
        case .pending: isCancelling ? "cancellation pending" : "pending"
        case .unspecified, .unrecognized: "\(outcome)"
        }
    }

    /// Why the payment is NOT_PAID, and what to do next.
    var explanation: String { notPaid.sentence }

    private var notPaid: (words: String, sentence: String) {
        switch reason {
        case .noAccount, .insufficient:
            (
                "too little money",
                "your wallet has too little money. To top it up: gateway top-up AMOUNT; then: gateway pay"
            )
        case .cancelled:
            (
                "cancelled",
                "the payment was cancelled. To pay again: gateway pay; to release the seats: gateway release"
            )
        case .holdExpired:
            ("hold expired", "the hold on the seats has expired. To reserve again: gateway reserve")
        case .reservationGone:
            ("seats no longer held", "the seats are no longer held. To reserve again: gateway reserve")
        case .alreadySold:
            ("already bought", "another payment bought these seats. To see it: gateway payments")
        case .mismatch:
            ("wrong price", "the reservation belongs to another user, or its price is another amount")
        case .unspecified, .unrecognized: ("\(reason)", "the reason is \(reason)")
        }
    }

    /// `the payment of 89.00 EUR`. A payment that has not reached the wallet service has no amount.
    var title: String { currency.isEmpty ? "the payment" : "the payment of \(total)" }

    /// The state of a payment whose cancellation is requested.
    var cancellationPending: String {
        "the cancellation is requested, but not decided yet. \(total) stays set aside until the concert service "
            + "decides. Then either the money is available again, or the payment succeeded and the seats are yours"
    }

    static let seeOutcome = "To see the outcome: gateway payment"
}
