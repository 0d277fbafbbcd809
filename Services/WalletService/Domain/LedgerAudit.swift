import Kernel

/// Recomputes accounts from their entries, a batch of users at a time. Add all entries of the batch first, then its
/// top-ups, refunds, payments and accounts, in this order. Then call `endUsers`.
package struct LedgerAudit: Sendable {
    /// The first row that contradicts others, and the contradiction. Nil if there is none.
    package private(set) var violation: String?
    package private(set) var userCount = 0
    package private(set) var entryCount = 0
    package private(set) var paymentCounts: [Payment.State: Int] = [:]
    package private(set) var totals: [Currency: Totals] = [:]

    /// All money in one currency.
    package struct Totals: Equatable, Sendable {
        package var toppedUp: Int64 = 0
        package var available: Int64 = 0
        package var pending: Int64 = 0
        package var revenue: Int64 = 0

        fileprivate var areBalanced: Bool {
            let (kept, keptTooMuch) = available.addingReportingOverflow(pending)
            let (all, allTooMuch) = kept.addingReportingOverflow(revenue)
            return !keptTooMuch && !allTooMuch && all == toppedUp
        }
    }

    private struct AccountKey: Hashable {
        let user: UserID
        let currency: Currency
    }

    /// The top-up, payment or refund that caused an entry. A user may choose the same id for two of them.
    private enum Cause: Hashable, CustomStringConvertible {
        case topUp(UserID, RequestID)
        case payment(UserID, PaymentID)
        case refund(UserID, PaymentID, RefundID)

        init(_ entry: Entry) {
            let payment = entry.payment ?? PaymentID(of: entry.cause)
            self =
                switch entry.kind {
                case .topUp: .topUp(entry.user, entry.cause)
                case .setAside, .payment, .release: .payment(entry.user, payment)
                case .refund: .refund(entry.user, payment, RefundID(of: entry.cause))
                }
        }

        var description: String {
            switch self {
            case .topUp(let user, let id): "top-up \(id) of user \(user)"
            case .payment(let user, let id): "payment \(id) of user \(user)"
            case .refund(let user, let payment, let id): "refund \(id) of payment \(payment) of user \(user)"
            }
        }
    }

    private struct Movements: Equatable {
        let amount: Money
        var kinds: [Entry.Kind] = []
    }

    private var replayed: [AccountKey: Account] = [:]
    private var movements: [Cause: Movements] = [:]
    private var refunded: [Cause: Int64] = [:]
    private var reserved: [AccountKey: Int64] = [:]
    private var users: Set<UserID> = []

    package init() {}

    package mutating func add(_ entry: Entry) {
        entryCount += 1
        var name: String { "entry \(entry.serial) of user \(entry.user) in \(entry.amount.currency)" }
        let key = AccountKey(user: entry.user, currency: entry.amount.currency)
        let account = replayed[key] ?? Account(of: entry.user, in: entry.amount.currency)
        guard let expected = account.adding(entry) else {
            return report("\(name) moves \(entry.amount), which the account did not have")
        }
        if (entry.serial, entry.available, entry.pending) != (expected.entries, expected.available, expected.pending) {
            report(
                "\(name) should be number \(expected.entries), with \(expected.available) available and "
                    + "\(expected.pending) pending; it has \(entry.available) available and \(entry.pending) pending")
        }
        replayed[key] = expected
        let cause = Cause(entry)
        var moved = movements[cause] ?? Movements(amount: entry.amount)
        if moved.amount != entry.amount {
            report("\(name) moves \(entry.amount), but an earlier one moved \(moved.amount)")
        }
        moved.kinds.append(entry.kind)
        movements[cause] = moved
        switch entry.kind {
        case .topUp: total(entry.amount.currency, \.toppedUp, entry.amount.minorUnits)
        case .payment: total(entry.amount.currency, \.revenue, entry.amount.minorUnits)
        case .refund: total(entry.amount.currency, \.revenue, -entry.amount.minorUnits)
        case .setAside, .release: break
        }
    }

    package mutating func add(_ topUp: TopUp) {
        let moved = movements.removeValue(forKey: .topUp(topUp.user, topUp.id))
        if moved != Movements(amount: topUp.amount, kinds: [.topUp]) {
            report("top-up \(topUp.id) of user \(topUp.user) must have exactly one entry of \(topUp.amount)")
        }
    }

    package mutating func add(_ refund: PaidRefund) {
        let moved = movements.removeValue(forKey: .refund(refund.user, refund.payment, refund.id))
        if moved?.kinds != [.refund] || moved?.amount.minorUnits != refund.amount {
            report("refund \(refund.id) of user \(refund.user) must have exactly one entry of \(refund.amount)")
        }
        let (sum, overflow) = refunded[.payment(refund.user, refund.payment), default: 0].addingReportingOverflow(
            refund.amount)
        refunded[.payment(refund.user, refund.payment)] = overflow ? .max : sum
    }

    /// Adds a payment. `owner` is the user that its id belongs to.
    package mutating func add(_ payment: Payment, ownedBy owner: UserID?) {
        users.insert(payment.user)
        paymentCounts[payment.state, default: 0] += 1
        let moved = movements.removeValue(forKey: .payment(payment.user, payment.id))
        let expected = payment.amountToMove.map { Movements(amount: $0, kinds: payment.state.movements) }
        var name: String { "payment \(payment.id) of user \(payment.user) in state \(payment.state)" }
        if moved != expected.flatMap({ $0.kinds.isEmpty ? nil : $0 }) {
            let kinds = payment.state.movements.map { "\($0)" }.joined(separator: ", ")
            report("\(name) must have exactly these entries of its amount: \(kinds.isEmpty ? "none" : kinds)")
        }
        if owner != payment.user {
            report("\(name) has an id that belongs to \(owner.map { "user \($0)" } ?? "no user")")
        }
        check(refunded.removeValue(forKey: .payment(payment.user, payment.id)) ?? 0, of: payment, name)
        guard payment.state == .reserved, let amount = payment.amountToMove else { return }
        let key = AccountKey(user: payment.user, currency: amount.currency)
        let (sum, overflow) = (reserved[key] ?? 0).addingReportingOverflow(amount.minorUnits)
        if overflow { report("\(name) makes the sum of undecided payments too large to count") }
        reserved[key] = overflow ? .max : sum
    }

    /// Checks the sum of a payment's refunds. A payment of 0 that an older version refunded has none.
    private mutating func check(_ sum: Int64, of payment: Payment, _ name: @autoclosure () -> String) {
        let amount = payment.content?.amount.minorUnits ?? 0
        let isPossible =
            switch payment.state {
            case .reserved, .voided, .declined: sum == 0
            case .posted: sum < amount || amount == 0
            case .refunded: sum == amount
            }
        if payment.refunded != sum || !isPossible || (payment.state == .refunded) != (payment.refund != nil) {
            report("\(name()) has refunded \(payment.refunded) of \(amount); its refunds make \(sum)")
        }
    }

    package mutating func add(_ account: Account) {
        users.insert(account.user)
        let key = AccountKey(user: account.user, currency: account.currency)
        let expected = replayed.removeValue(forKey: key) ?? Account(of: account.user, in: account.currency)
        var name: String { "account of user \(account.user) in \(account.currency)" }
        if account != expected {
            report(
                "\(name) has \(account.available) available and \(account.pending) pending after \(account.entries) "
                    + "entries; its entries make \(expected.available) and \(expected.pending) after \(expected.entries)"
            )
        }
        let setAside = reserved.removeValue(forKey: key) ?? 0
        if account.pending != setAside {
            report("\(name) has \(account.pending) pending; its undecided payments make \(setAside)")
        }
        total(account.currency, \.available, account.available)
        total(account.currency, \.pending, account.pending)
    }

    /// Ends a batch. Reports entries without a top-up, payment or refund, and users without an account.
    package mutating func endUsers() {
        if let cause = movements.keys.map({ "\($0)" }).min() {
            report("an entry names \(cause), which does not exist")
        }
        if let payment = refunded.keys.map({ "\($0)" }).min() {
            report("a refund names \(payment), which does not exist")
        }
        for key in [replayed.keys.first, reserved.keys.first].compactMap({ $0 }) {
            report("user \(key.user) has entries or payments in \(key.currency), but no account")
        }
        userCount += users.count
        (replayed, movements, refunded, reserved, users) = ([:], [:], [:], [:], [])
    }

    /// Ends the audit. Checks that the money topped up equals available, pending and revenue together.
    package mutating func end() {
        for (currency, sums) in totals.sorted(by: { $0.key.code < $1.key.code }) {
            if !sums.areBalanced {
                report(
                    "\(sums.toppedUp) \(currency) topped up; but \(sums.available) available, \(sums.pending) pending and "
                        + "\(sums.revenue) revenue do not add up to it")
            }
        }
    }

    private mutating func total(_ currency: Currency, _ path: WritableKeyPath<Totals, Int64>, _ amount: Int64) {
        let (sum, overflow) = (totals[currency] ?? Totals())[keyPath: path].addingReportingOverflow(amount)
        if overflow { report("the sum of \(currency) is too large to count") }
        totals[currency, default: Totals()][keyPath: path] = overflow ? .max : sum
    }

    private mutating func report(_ finding: String) {
        if violation == nil { violation = finding }
    }
}

extension Account {
    /// The account after an entry. Nil if the account does not have the amount, or the amount moves nothing.
    fileprivate func adding(_ entry: Entry) -> Account? {
        func moved(_ amount: Int64, on side: Entry.Side) -> Int64? {
            let (sum, overflow) = amount.addingReportingOverflow(entry.kind.sign(on: side) * entry.amount.minorUnits)
            return overflow || sum < 0 ? nil : sum
        }
        guard entry.amount.isPositive, let available = moved(available, on: .available),
            let pending = moved(pending, on: .pending)
        else { return nil }
        return Account(of: user, in: currency, available: available, pending: pending, entries: entries + 1)
    }
}

extension Payment.State {
    /// The entries of a payment in this state, in their order. Its refunds have their own.
    fileprivate var movements: [Entry.Kind] {
        switch self {
        case .reserved: [.setAside]
        case .voided: [.setAside, .release]
        case .declined: []
        case .posted, .refunded: [.setAside, .payment]
        }
    }
}
