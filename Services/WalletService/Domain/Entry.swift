import Kernel

/// One movement of money from one side to another. The sum over all sides is always zero.
package struct Entry: Equatable, Sendable {
    package enum Side: CaseIterable, Sendable {
        /// The source of top-ups.
        case outside
        case available
        case pending
        /// The income from sales.
        case revenue
    }

    /// The database stores the raw values.
    package enum Kind: Int, CaseIterable, Sendable {
        case topUp = 1
        case setAside = 2
        case payment = 3
        case release = 4
        case refund = 5

        package var from: Side {
            switch self {
            case .topUp: .outside
            case .setAside: .available
            case .payment, .release: .pending
            case .refund: .revenue
            }
        }

        package var to: Side {
            switch self {
            case .topUp, .release, .refund: .available
            case .setAside: .pending
            case .payment: .revenue
            }
        }

        /// Returns 1 if an entry of this kind adds money to `side`, -1 if it takes money, otherwise 0.
        package func sign(on side: Side) -> Int64 {
            (to == side ? 1 : 0) - (from == side ? 1 : 0)
        }
    }

    package let user: UserID
    /// The number of the entry in its account, from 1 without a gap.
    package let serial: Int64
    package let kind: Kind
    package let amount: Money
    /// The account's money after this entry.
    package let available: Int64
    package let pending: Int64
    /// The id of its top-up, payment or refund.
    package let cause: RequestID
    package let at: Timestamp
    /// Nil for a top-up.
    package let payment: PaymentID?
    /// The reason of a refund, for the user.
    package let reason: String

    package init(
        of user: UserID, serial: Int64, _ kind: Kind, _ amount: Money, available: Int64, pending: Int64,
        cause: RequestID, at: Timestamp, payment: PaymentID?, reason: String = ""
    ) {
        self.user = user
        self.serial = serial
        self.kind = kind
        self.amount = amount
        self.available = available
        self.pending = pending
        self.cause = cause
        self.at = at
        self.payment = payment
        self.reason = reason
    }

    package var refund: RefundID? { kind == .refund ? RefundID(of: cause) : nil }
}
