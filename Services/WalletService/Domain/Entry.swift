import Kernel

/// One movement of money: from one side to another, so that the sum over all sides is always zero.
package struct Entry: Equatable, Sendable {
    package enum Side: CaseIterable, Sendable {
        /// Where top-ups come from.
        case outside
        case available
        case pending
        /// What was sold.
        case revenue
    }

    /// The numbers are those of the database.
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

        /// 1 where it brings money to `side`, -1 where it takes some away.
        package func sign(on side: Side) -> Int64 {
            (to == side ? 1 : 0) - (from == side ? 1 : 0)
        }
    }

    package let user: UserID
    /// Counts the entries of an account from 1, without a gap.
    package let serial: Int64
    package let kind: Kind
    package let amount: Money
    /// What the account had after it.
    package let available: Int64
    package let pending: Int64
    /// The top-up or the payment that it belongs to.
    package let cause: RequestID
    package let at: Timestamp

    package init(
        of user: UserID, serial: Int64, _ kind: Kind, _ amount: Money, available: Int64, pending: Int64,
        cause: RequestID, at: Timestamp
    ) {
        self.user = user
        self.serial = serial
        self.kind = kind
        self.amount = amount
        self.available = available
        self.pending = pending
        self.cause = cause
        self.at = at
    }

    package var payment: PaymentID? { kind == .topUp ? nil : PaymentID(of: cause) }
}
