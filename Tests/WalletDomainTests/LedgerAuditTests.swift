import Kernel
import TestSupport
import Testing
import WalletDomain

/// Audits correct books, and the same books with one row changed.
@Suite struct LedgerAuditTests {
    /// Books with a top-up of 100; 30 posted, 20 voided, 10 refunded in two parts, 5 undecided.
    private struct Books {
        var account = Account(of: .alice, in: .eur)
        var entries: [Entry] = []
        var topUps = [TopUp(stored: RequestID(high: 9, low: 9), for: .alice, Money(minorUnits: 100, .eur))]
        var payments: [Payment] = []
        var refunds: [PaidRefund] = []
        var owner: UserID? = .alice

        init() {
            move(.topUp, 100, RequestID(high: 9, low: 9))
            pay(1, 30, .posted, .payment)
            pay(2, 20, .voided, .release)
            pay(3, 10, .refunded, .payment)
            giveBack(1, 4, of: 3)
            giveBack(2, 6, of: 3)
            pay(4, 5, .reserved)
        }

        mutating func move(
            _ kind: Entry.Kind, _ amount: Int64, _ cause: RequestID, of payment: PaymentID? = nil
        ) {
            account = Account(
                of: .alice, in: .eur, available: account.available + kind.sign(on: .available) * amount,
                pending: account.pending + kind.sign(on: .pending) * amount, entries: account.entries + 1)
            entries.append(
                Entry(
                    of: .alice, serial: account.entries, kind, Money(minorUnits: amount, .eur),
                    available: account.available, pending: account.pending, cause: cause, at: .noon,
                    payment: kind == .topUp ? nil : payment ?? PaymentID(of: cause)))
        }

        mutating func giveBack(_ number: UInt64, _ amount: Int64, of payment: UInt64) {
            let (id, payment) = (RefundID(high: 4, low: number), PaymentID(high: 1, low: payment))
            move(.refund, amount, RequestID(of: id), of: payment)
            refunds.append(PaidRefund(id, of: payment, to: .alice, amount: amount))
        }

        private mutating func pay(_ number: UInt64, _ amount: Int64, _ state: Payment.State, _ kinds: Entry.Kind...) {
            let id = PaymentID(high: 1, low: number)
            for kind in [.setAside] + kinds { move(kind, amount, RequestID(of: id)) }
            payments.append(payment(number, amount, state))
        }

        func payment(_ number: UInt64, _ amount: Int64, _ state: Payment.State) -> Payment {
            let content = Payment.Content(
                concert: ConcertID(high: 2, low: 1), reservation: ReservationID(high: 3, low: number),
                amount: Money(minorUnits: amount, .eur))
            return Payment(
                stored: PaymentID(high: 1, low: number), by: .alice, for: content, begunAt: .noon, state: state,
                refunded: state == .refunded ? amount : 0,
                refund: state == .refunded ? RefundID(high: 4, low: number) : nil)
        }

        var audit: LedgerAudit {
            var audit = LedgerAudit()
            for entry in entries { audit.add(entry) }
            for topUp in topUps { audit.add(topUp) }
            for refund in refunds { audit.add(refund) }
            for payment in payments { audit.add(payment, ownedBy: owner) }
            audit.add(account)
            audit.endUsers()
            audit.end()
            return audit
        }
    }

    @Test func `correct books have no violation, and the audit reports its counts`() {
        let audit = Books().audit
        #expect(audit.violation == nil)
        #expect(audit.userCount == 1)
        #expect(audit.entryCount == 10)
        #expect(audit.paymentCounts == [.posted: 1, .voided: 1, .refunded: 1, .reserved: 1])
        let sums = audit.totals[.eur]
        #expect([sums?.toppedUp, sums?.available, sums?.pending, sums?.revenue] == [100, 65, 5, 30])
    }

    private func expectViolation(
        _ words: String, sourceLocation: SourceLocation = #_sourceLocation, _ change: (inout Books) -> Void
    ) {
        var books = Books()
        change(&books)
        let violation = books.audit.violation
        #expect(
            violation?.contains(words) == true, "\(violation ?? "no violation")", sourceLocation: sourceLocation)
    }

    @Test func `every missing, repeated or changed row is found and named`() {
        expectViolation("entry 2 of user") { $0.entries.remove(at: 0) }
        expectViolation("which the account did not have") { $0.entries.remove(at: 3) }
        expectViolation("entry 2 of user") { $0.entries.insert($0.entries[1], at: 1) }
        expectViolation("in state reserved") { $0.entries.removeLast() }
        expectViolation("should be number 9") { $0.entries.remove(at: 8) }
        expectViolation("top-up") {
            $0.topUps[0] = TopUp(stored: $0.topUps[0].id, for: .alice, Money(minorUnits: 99, .eur))
        }
        expectViolation("top-up") {
            $0.topUps.append(TopUp(stored: RequestID(high: 8, low: 8), for: .alice, Money(minorUnits: 1, .eur)))
        }
        expectViolation("which does not exist") { $0.topUps = [] }
        expectViolation("which does not exist") { $0.payments.remove(at: 1) }
        expectViolation("a refund names payment") {
            $0.refunds.append(
                PaidRefund(RefundID(high: 4, low: 9), of: PaymentID(high: 1, low: 9), to: .alice, amount: 1))
            $0.move(.refund, 1, RequestID(high: 4, low: 9), of: PaymentID(high: 1, low: 9))
        }
        expectViolation("in state posted") { $0.payments[3] = $0.payment(4, 5, .posted) }
        expectViolation("in state voided") { $0.payments[0] = $0.payment(1, 30, .voided) }
        expectViolation("in state declined") { $0.payments[1] = $0.payment(2, 20, .declined) }
        expectViolation("in state reserved") { $0.payments.append($0.payment(5, 1, .reserved)) }
        expectViolation("must have exactly these entries") { $0.payments[0] = $0.payment(1, 31, .posted) }
        expectViolation("66 available") {
            $0.account = Account(of: .alice, in: .eur, available: 66, pending: 5, entries: $0.account.entries)
        }
        expectViolation("6 pending") {
            $0.account = Account(of: .alice, in: .eur, available: 65, pending: 6, entries: $0.account.entries)
        }
    }

    @Test func `an entry that moves one cent too much, or nothing, is found`() {
        expectViolation("which the account did not have") { $0.move(.release, 6, RequestID(high: 1, low: 4)) }
        expectViolation("which the account did not have") { $0.move(.setAside, 66, RequestID(high: 1, low: 4)) }
        expectViolation("which the account did not have") { $0.move(.release, 0, RequestID(high: 1, low: 4)) }
    }

    @Test func `an id that belongs to no user or to another user is found`() {
        expectViolation("an id that belongs to no user") { $0.owner = nil }
        expectViolation("an id that belongs to user \(UserID.bob)") { $0.owner = .bob }
    }

    @Test func `amounts too large to count are reported`() {
        expectViolation("in state reserved") { books in
            for number in 5...6 as ClosedRange<UInt64> { books.payments.append(books.payment(number, .max, .reserved)) }
        }
        expectViolation("available") {
            $0.account = Account(of: .alice, in: .eur, available: .max, pending: .max, entries: $0.account.entries)
        }
    }

    @Test func `a payment is paid once and refunded once`() {
        expectViolation("which does not exist") { $0.move(.refund, 30, RequestID(high: 1, low: 1)) }
        expectViolation("refund") { $0.move(.refund, 4, RequestID(high: 4, low: 1), of: PaymentID(high: 1, low: 3)) }
        expectViolation("must have exactly one entry of 4") {
            $0.refunds.append(PaidRefund(RefundID(high: 4, low: 7), of: $0.payments[0].id, to: .alice, amount: 4))
        }
        expectViolation("must have exactly one entry of 5") {
            $0.refunds[0] = PaidRefund($0.refunds[0].id, of: $0.refunds[0].payment, to: .alice, amount: 5)
        }
        expectViolation("has refunded 10 of 10; its refunds make 6") { books in
            books.refunds.removeFirst()
        }
        expectViolation("has refunded 0 of 30; its refunds make 31") { $0.giveBack(9, 31, of: 1) }
        expectViolation("an earlier one moved 0.30 EUR") { $0.move(.payment, 5, RequestID(high: 1, low: 1)) }
    }
}
