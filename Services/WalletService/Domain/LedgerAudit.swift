import Kernel

/// Recomputes accounts from what moved their money, some users at a time: first all entries of these users, then their
/// top-ups, payments and accounts, then `endUsers`.
package struct LedgerAudit: Sendable {
    /// The first row that does not fit, and why.
    package private(set) var misfit: String?
    package private(set) var userCount = 0
    package private(set) var entryCount = 0
    package private(set) var paymentCounts: [Payment.State: Int] = [:]
    package private(set) var totals: [Currency: Totals] = [:]

    /// All that there is in one currency.
    package struct Totals: Equatable, Sendable {
        package var toppedUp: Int64 = 0
        package var available: Int64 = 0
        package var pending: Int64 = 0
        package var revenue: Int64 = 0
        package init() {}

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

    /// What the entries say about one top-up or payment.
    private struct Cause: Hashable {
        let user: UserID
        let id: RequestID
    }

    private struct Movements: Equatable {
        let amount: Money
        var kinds: [Entry.Kind] = []
    }

    private var replayed: [AccountKey: Account] = [:]
    private var movements: [Cause: Movements] = [:]
    private var reserved: [AccountKey: Int64] = [:]
    private var users: Set<UserID> = []

    package init() {}

    package mutating func add(_ entry: Entry) {
        entryCount += 1
        let name = "entry \(entry.serial) of user \(entry.user) in \(entry.amount.currency)"
        let key = AccountKey(user: entry.user, currency: entry.amount.currency)
        var account = replayed[key] ?? Account(of: entry.user, in: entry.amount.currency)
        guard let expected = account.move(entry.kind, entry.amount, for: entry.cause, now: entry.at) else {
            return report("\(name) moves \(entry.amount), which was not there")
        }
        if expected != entry {
            report(
                "\(name) should be number \(expected.serial), with \(expected.available) available and "
                    + "\(expected.pending) pending; it has \(entry.available) and \(entry.pending)")
        }
        replayed[key] = account
        let cause = Cause(user: entry.user, id: entry.cause)
        var moved = movements[cause] ?? Movements(amount: entry.amount)
        if moved.amount != entry.amount { report("\(name) moves \(entry.amount), an earlier one \(moved.amount)") }
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
        let moved = movements.removeValue(forKey: Cause(user: topUp.user, id: topUp.id))
        if moved != Movements(amount: topUp.amount, kinds: [.topUp]) {
            report("top-up \(topUp.id) of user \(topUp.user) has not one entry of \(topUp.amount)")
        }
    }

    /// `owner` is who has its id among all users.
    package mutating func add(_ payment: Payment, ownedBy owner: UserID?) {
        users.insert(payment.user)
        paymentCounts[payment.state, default: 0] += 1
        let moved = movements.removeValue(forKey: Cause(user: payment.user, id: RequestID(of: payment.id)))
        let expected = payment.amountToMove.map { Movements(amount: $0, kinds: payment.state.movements) }
        let name = "payment \(payment.id) of user \(payment.user), which is \(payment.state),"
        if moved != expected.flatMap({ $0.kinds.isEmpty ? nil : $0 }) {
            let kinds = payment.state.movements.map { "\($0)" }.joined(separator: ", ")
            report("\(name) needs these entries of its amount, and no others: \(kinds.isEmpty ? "none" : kinds)")
        }
        if owner != payment.user { report("\(name) has an id that is \(owner.map { "\($0)'s" } ?? "nobody's")") }
        if (payment.state == .refunded) != (payment.refund != nil) { report("\(name) and its refund do not agree") }
        guard payment.state == .reserved, let amount = payment.amountToMove else { return }
        let key = AccountKey(user: payment.user, currency: amount.currency)
        let (sum, overflow) = (reserved[key] ?? 0).addingReportingOverflow(amount.minorUnits)
        if overflow { report("\(name) makes more pending than can be counted") }
        reserved[key] = overflow ? .max : sum
    }

    package mutating func add(_ account: Account) {
        users.insert(account.user)
        let key = AccountKey(user: account.user, currency: account.currency)
        let expected = replayed.removeValue(forKey: key) ?? Account(of: account.user, in: account.currency)
        let name = "account of user \(account.user) in \(account.currency)"
        if account != expected {
            report(
                "\(name) has \(account.available) available and \(account.pending) pending after \(account.entries) "
                    + "entries; these make \(expected.available) and \(expected.pending) after \(expected.entries)")
        }
        let setAside = reserved.removeValue(forKey: key) ?? 0
        if account.pending != setAside {
            report("\(name) has \(account.pending) pending; its undecided payments make \(setAside)")
        }
        total(account.currency, \.available, account.available)
        total(account.currency, \.pending, account.pending)
    }

    /// Nothing may be left that belongs to no row.
    package mutating func endUsers() {
        if let cause = movements.keys.min(by: { $0.id < $1.id }) {
            report("an entry of user \(cause.user) names \(cause.id), which is neither a top-up nor a payment of his")
        }
        for key in [replayed.keys.first, reserved.keys.first].compactMap({ $0 }) {
            report("user \(key.user) has entries or payments in \(key.currency), and no account")
        }
        userCount += users.count
        (replayed, movements, reserved, users) = ([:], [:], [:], [])
    }

    /// After the last users: what came in is what is there, set aside, and earned.
    package mutating func end() {
        for (currency, sums) in totals.sorted(by: { $0.key.code < $1.key.code }) {
            if !sums.areBalanced {
                report(
                    "of \(currency) came in \(sums.toppedUp); \(sums.available) available, \(sums.pending) pending and "
                        + "\(sums.revenue) revenue are not as much")
            }
        }
    }

    private mutating func total(_ currency: Currency, _ path: WritableKeyPath<Totals, Int64>, _ amount: Int64) {
        let (sum, overflow) = (totals[currency] ?? Totals())[keyPath: path].addingReportingOverflow(amount)
        if overflow { report("the sum of \(currency) is larger than can be counted") }
        totals[currency, default: Totals()][keyPath: path] = overflow ? .max : sum
    }

    private mutating func report(_ finding: String) {
        if misfit == nil { misfit = finding }
    }
}

extension Payment.State {
    /// What a payment in this state has moved, in the order in which it did.
    fileprivate var movements: [Entry.Kind] {
        switch self {
        case .reserved: [.setAside]
        case .posted: [.setAside, .payment]
        case .voided: [.setAside, .release]
        case .declined: []
        case .refunded: [.setAside, .payment, .refund]
        }
    }
}
