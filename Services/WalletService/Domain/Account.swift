import Kernel

/// A user's money in one currency.
package struct Account: Equatable, Sendable {
    package let user: UserID
    package let currency: Currency
    /// Money that can be spent.
    package private(set) var available: Int64 = 0
    /// Money set aside for undecided payments.
    package private(set) var pending: Int64 = 0
    package private(set) var entries: Int64 = 0

    package init(of user: UserID, in currency: Currency) {
        self.user = user
        self.currency = currency
    }

    /// Restores a stored account.
    package init(of user: UserID, in currency: Currency, available: Int64, pending: Int64, entries: Int64) {
        self.init(of: user, in: currency)
        self.available = available
        self.pending = pending
        self.entries = entries
    }

    /// Moves money and returns the entry. Returns nil and changes nothing if the account does not have the amount.
    package mutating func move(_ kind: Entry.Kind, _ amount: Money, for cause: RequestID, now: Timestamp) -> Entry? {
        guard amount.currency == currency, amount.isPositive,
            let available = Self.moved(available, by: kind.sign(on: .available), times: amount.minorUnits),
            let pending = Self.moved(pending, by: kind.sign(on: .pending), times: amount.minorUnits)
        else { return nil }
        self.available = available
        self.pending = pending
        entries += 1
        return Entry(
            of: user, serial: entries, kind, amount, available: available, pending: pending, cause: cause, at: now)
    }

    private static func moved(_ amount: Int64, by sign: Int64, times difference: Int64) -> Int64? {
        let (sum, overflow) = amount.addingReportingOverflow(sign * difference)
        return overflow || sum < 0 ? nil : sum
    }
}
