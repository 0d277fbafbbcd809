import Kernel

/// A user's money in one currency. `AccountTable` moves it, and `LedgerAudit` recomputes it from its entries.
package struct Account: Equatable, Sendable {
    package let user: UserID
    package let currency: Currency
    /// Money that can be spent.
    package let available: Int64
    /// Money set aside for undecided payments.
    package let pending: Int64
    package let entries: Int64

    package init(of user: UserID, in currency: Currency, available: Int64 = 0, pending: Int64 = 0, entries: Int64 = 0) {
        self.user = user
        self.currency = currency
        self.available = available
        self.pending = pending
        self.entries = entries
    }
}
