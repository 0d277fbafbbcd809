import Kernel

/// Money that is put into a wallet.
package struct TopUp: Equatable, Sendable {
    /// The id of the request that made it.
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
                "must be more than 0 and at most \(Money(minorUnits: limits.topUp, amount.currency)); got \(amount)")
        }
        self.init(stored: id, for: user, amount)
    }
}

/// Limits of wallets in the smallest unit of a currency, for all currencies.
package struct MoneyLimits: Sendable {
    /// Far below the range of 64 bits, so that no sum of balances overflows.
    package static let largest: Int64 = 1_000_000_000_000

    package let topUp: Int64
    /// The largest sum of available and pending money after a top-up.
    package let balance: Int64

    package init(topUp: Int64, balance: Int64) {
        precondition((1...Self.largest).contains(topUp) && (1...Self.largest).contains(balance))
        self.topUp = topUp
        self.balance = balance
    }
}
