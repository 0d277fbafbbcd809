import Journeys
import Kernel
import WalletAPI

/// A payment as JSON and as text.
struct PaymentReport {
    let payment: PaymentView

    private var amount: String { Money.text(payment.amount, payment.currency) }

    var json: JSON {
        .object([
            "paymentId": .id(payment.paymentID), "code": .string(IDSuffix.text(of: payment.paymentID)),
            "outcome": .name(of: payment.outcome),
            "reason": payment.outcome == .notPaid ? .name(of: payment.reason) : nil,
            "concertId": .id(payment.concertID), "reservationId": .id(payment.reservationID),
            "amount": Money.json(payment.amount, payment.currency), "isRefunded": .bool(payment.isRefunded),
            "isCancelling": .bool(payment.isCancelling), "begunAt": .time(payment.begunAtMs),
            "decidedAt": .time(payment.decidedAtMs), "refundedAt": .time(payment.refundedAtMs),
        ])
    }

    var text: String {
        switch payment.outcome {
        case .paid:
            payment.isRefunded
                ? "Paid, and refunded: \(amount)." : "Paid: \(amount). Your tickets: gateway tickets"
        case .notPaid: "Not paid: \(explanation)."
        case .pending:
            payment.isCancelling
                ? cancellationPending.prefix(1).uppercased() + cancellationPending.dropFirst() + ". \(Self.seeOutcome)"
                : "Payment pending: \(amount) is set aside. To continue: gateway pay"
        case .unspecified, .unrecognized: "Payment in state \(payment.outcome)."
        }
    }

    /// The text for a table.
    var shortText: String {
        switch payment.outcome {
        case .paid: payment.isRefunded ? "paid, refunded" : "paid"
        case .notPaid: "not paid: \(reason)"
        case .pending: payment.isCancelling ? "cancellation pending" : "pending"
        case .unspecified, .unrecognized: "\(payment.outcome)"
        }
    }

    private var reason: String {
        switch payment.reason {
        case .noAccount, .insufficient: "too little money"
        case .cancelled: "cancelled"
        case .holdExpired: "hold expired"
        case .reservationGone: "seats no longer held"
        case .alreadySold: "already bought"
        case .mismatch: "wrong price"
        case .unspecified, .unrecognized: "\(payment.reason)"
        }
    }

    /// `the payment of 89.00 EUR`. A payment that has not reached the wallet service has no amount.
    var title: String { payment.currency.isEmpty ? "the payment" : "the payment of \(amount)" }

    /// The state of a payment whose cancellation is requested.
    var cancellationPending: String {
        "the cancellation is requested, but not decided yet. \(amount) stays set aside until the concert service "
            + "decides. Then either the money is available again, or the payment succeeded and the seats are yours"
    }

    static let seeOutcome = "To see the outcome: gateway payment"

    /// Why the payment is NOT_PAID, and what to do next.
    var explanation: String {
        switch payment.reason {
        case .noAccount, .insufficient:
            "your wallet has too little money. To top it up: gateway top-up AMOUNT; then: gateway pay"
        case .cancelled:
            "the payment was cancelled. To pay again: gateway pay; to release the seats: gateway release"
        case .holdExpired: "the hold on the seats has expired. To reserve again: gateway reserve"
        case .reservationGone: "the seats are no longer held. To reserve again: gateway reserve"
        case .alreadySold: "another payment bought these seats. To see it: gateway payments"
        case .mismatch: "the reservation belongs to another user, or its price is another amount"
        case .unspecified, .unrecognized: "the reason is \(payment.reason)"
        }
    }
}
