import Kernel

/// Money that comes in.
package struct TopUp: Equatable, Sendable {
    /// The request that brought it.
    package let id: RequestID
    package let user: UserID
    package let amount: Money

    package init(stored id: RequestID, for user: UserID, _ amount: Money) {
        self.id = id
        self.user = user
        self.amount = amount
    }

    package init(_ id: RequestID, for user: UserID, _ amount: Money, within limits: MoneyLimits) throws(WalletRefusal) {
        guard amount.isPositive, amount.minorUnits <= limits.topUp else {
            throw .invalid(
                "amount",
                "more than nothing, and at most \(Money(minorUnits: limits.topUp, amount.currency)); got \(amount)")
        }
        self.init(stored: id, for: user, amount)
    }

    /// The answer to the request that brought it, however often it comes.
    package func asked(for other: TopUp) throws(WalletRefusal) {
        guard self == other else { throw .requestIDReused }
    }
}

/// How much may come in, in the smallest unit of whatever currency.
package struct MoneyLimits: Sendable {
    /// Far from what 64 bits hold, so that no sum of balances overflows.
    package static let largest: Int64 = 1_000_000_000_000

    package let topUp: Int64
    /// Available and pending together.
    package let balance: Int64

    package init(topUp: Int64, balance: Int64) {
        precondition((1...Self.largest).contains(topUp) && (1...Self.largest).contains(balance))
        self.topUp = topUp
        self.balance = balance
    }
}
