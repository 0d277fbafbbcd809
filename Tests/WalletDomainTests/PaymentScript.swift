import Kernel
import TestSupport
import Testing
import WalletDomain

/// Plays a script with one payment of alice, who has 100. Each line has a time, an event and the expected outcome: the state
/// of the payment or the refusal, alice's available and pending money, and further effects such as a halt.
///
///     00:00  pay 30     RESERVED  70 30
///     00:01  confirmed  POSTED    70 0
func play(
    _ script: String, wallet: Int64? = 100, sourceLocation: SourceLocation = #_sourceLocation
) throws {
    var books = Books(wallet: wallet)
    for line in script.split(separator: "\n") {
        var words = line.split(separator: " ").map(String.init)
        let now = Timestamp.noon + time(words.removeFirst())
        let event = words.removeFirst()
        let amount = words.first.flatMap { Int64($0) }
        if amount != nil { words.removeFirst() }
        let outcome = books.play(event, amount, now: now)
        #expect(outcome == words.joined(separator: " "), "\(line)", sourceLocation: sourceLocation)
    }
}

private func time(_ text: String) -> Duration {
    let parts = text.split(whereSeparator: { $0 == ":" || $0 == "." }).map { Int64($0)! }
    return .minutes(parts[0]) + .seconds(parts[1]) + .milliseconds(parts.count > 2 ? parts[2] : 0)
}

/// A payment and its user's account, as the service stores them.
private struct Books {
    private static let id = PaymentID(high: 1, low: 1)
    private static let concert = ConcertID(high: 2, low: 1)
    private static let reservation = ReservationID(high: 3, low: 1)

    var payment: Payment?
    var account: Account?

    init(wallet: Int64?) {
        guard let wallet else { return }
        account = Account(of: .alice, in: .eur, available: wallet, pending: 0, entries: 1)
    }

    mutating func play(_ event: String, _ amount: Int64?, now: Timestamp) -> String {
        do throws(WalletRefusal) {
            let note = try apply(event, amount, now: now)
            let state = payment.map { "\($0.state)".uppercased() } ?? "NONE"
            let reason = payment?.reason.map { "(\($0))" } ?? ""
            return "\(state)\(reason) \(account?.available ?? 0) \(account?.pending ?? 0)\(note)"
        } catch {
            return "\(error)"
        }
    }

    private mutating func apply(_ event: String, _ amount: Int64?, now: Timestamp) throws(WalletRefusal) -> String {
        let money = Money(minorUnits: amount ?? 30, .eur)
        switch event {
        case "pay":
            let content = Payment.Content(concert: Self.concert, reservation: Self.reservation, amount: money)
            try pay(content, now: now)
            return ""
        case "cancel":
            if payment?.cancel(now: now) == nil { payment = .cancelledBefore(Self.id, by: .alice, now: now) }
            return payment?.state == .reserved ? " wantsAbort" : ""
        case "attempt": return payment?.beginAttempt(now: now) == true ? " ask" : " wait"
        case "confirmed": return receive(.confirmed(Self.reservation, money, nil), now: now)
        case "confirmed-other":
            return receive(.confirmed(ReservationID(high: 3, low: 2), money, nil), now: now)
        case "expired": return receive(.aborted(.holdExpired), now: now)
        case "aborted": return receive(.aborted(.cancelled), now: now)
        case "refund", "refund-other", "refund-elsewhere":
            let due = RefundDue(
                RefundID(high: 4, low: event == "refund-other" ? 2 : 1),
                concert: event == "refund-elsewhere" ? ConcertID(high: 2, low: 2) : Self.concert,
                reservation: Self.reservation, user: .alice, payment: Self.id, amount: money)
            let step = payment?.receive(due, now: now) ?? .nothing
            return carryOut(step, now: now) + (payment?.hasReturned(due) == true ? " ack" : "")
        default: return " unknown event \(event)"
        }
    }

    private mutating func pay(_ content: Payment.Content, now: Timestamp) throws(WalletRefusal) {
        if let payment {
            self.payment = try payment.asked(for: content)
            return
        }
        var new = Payment.reserve(Self.id, by: .alice, for: content, now: now)
        if account?.move(.setAside, content.amount, for: RequestID(of: Self.id), now: now) == nil {
            new.decline(account == nil ? .noAccount : .insufficient, now: now)
        }
        payment = new
    }

    private mutating func receive(_ decision: Decision, now: Timestamp) -> String {
        carryOut(payment?.receive(decision, now: now) ?? .nothing, now: now)
    }

    private mutating func carryOut(_ step: Payment.Step, now: Timestamp) -> String {
        switch step {
        case .nothing: break
        case .post: move(.payment, now: now)
        case .release: move(.release, now: now)
        case .giveBack: move(.refund, now: now)
        case .halt: return " halted"
        }
        return ""
    }

    private mutating func move(_ kind: Entry.Kind, now: Timestamp) {
        guard let amount = payment?.amountToMove else { return }
        let entry = account?.move(kind, amount, for: RequestID(of: Self.id), now: now)
        #expect(entry != nil, "the account has the money for \(kind) of \(amount)")
    }
}
