import Kernel
import WalletAPI

/// A payment, as JSON and in words.
struct PaymentReport {
    let payment: PaymentView

    private var amount: String { Money.text(payment.amount, payment.currency) }

    var json: JSON {
        .object([
            "paymentId": .id(payment.paymentID), "code": .string(IDEnding.text(of: payment.paymentID)),
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
                ? "Paid, and given back since: \(amount)." : "Paid: \(amount). Your tickets: gateway tickets"
        case .notPaid: "Not paid: \(because)."
        case .pending:
            payment.isCancelling
                ? pending.prefix(1).uppercased() + pending.dropFirst() + ". \(Self.toSee)"
                : "Not decided yet: \(amount) are set aside. To go on: gateway pay"
        case .unspecified, .unrecognized: "Payment in state \(payment.outcome)."
        }
    }

    /// For a column.
    var briefly: String {
        switch payment.outcome {
        case .paid: payment.isRefunded ? "paid, given back" : "paid"
        case .notPaid: "not paid: \(reason)"
        case .pending: payment.isCancelling ? "being cancelled" : "not decided yet"
        case .unspecified, .unrecognized: "\(payment.outcome)"
        }
    }

    private var reason: String {
        switch payment.reason {
        case .noAccount, .insufficient: "too little money"
        case .cancelled: "cancelled"
        case .holdExpired: "too late"
        case .reservationGone: "the seats were gone"
        case .alreadySold: "bought already"
        case .mismatch: "another price"
        case .unspecified, .unrecognized: "\(payment.reason)"
        }
    }

    /// `the payment of 89.00 EUR`: one that has not arrived has no amount.
    var named: String { payment.currency.isEmpty ? "the payment" : "the payment of \(amount)" }

    /// What becomes of one that is being cancelled.
    var pending: String {
        "the cancelling is noted, and not decided yet. \(amount) stay set aside until the concert service has answered: "
            + "then they are yours again, or the payment was faster and the seats are yours"
    }

    static let toSee = "To see which: gateway payment"

    /// Why nothing was paid, and what to do.
    var because: String {
        switch payment.reason {
        case .noAccount, .insufficient:
            "there is not enough money in your wallet. To put some in: gateway top-up AMOUNT; then again: gateway pay"
        case .cancelled:
            "it was cancelled. To pay all the same: gateway pay; to give the seats back: gateway release"
        case .holdExpired: "the time was over in which the seats were held. Reserve again: gateway reserve"
        case .reservationGone: "the seats are held no more. Reserve again: gateway reserve"
        case .alreadySold: "another payment has bought these seats. To see it: gateway payments"
        case .mismatch: "the reservation is not yours, or costs another amount"
        case .unspecified, .unrecognized: "the reason is \(payment.reason)"
        }
    }
}
