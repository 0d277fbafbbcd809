import Database
import Kernel
import TestSupport
import Testing
import WalletDomain

@testable import WalletService

/// Plays a script with one payment of alice, who has 100. It uses the transactions of the service and a database in
/// memory. Each line has a time, an event and the expected outcome. The outcome is the state or the refusal, alice's
/// available and pending money, and effects such as a halt.
///
///     00:00  pay 30     RESERVED  70 30
///     00:01  confirmed  POSTED    70 0
func play(
    _ script: String, wallet: Int64? = 100, sourceLocation: SourceLocation = #_sourceLocation
) async throws {
    let books = try await Books(wallet: wallet)
    for line in script.split(separator: "\n") {
        var words = line.split(separator: " ").map(String.init)
        books.clock.step(to: .noon + time(words.removeFirst()))
        let event = words.removeFirst()
        let amount = words.first.flatMap { Int64($0) }
        if amount != nil { words.removeFirst() }
        let outcome = try await books.play(event, amount)
        #expect(outcome == words.joined(separator: " "), "\(line)", sourceLocation: sourceLocation)
    }
}

private func time(_ text: String) -> Duration {
    let parts = text.split(whereSeparator: { $0 == ":" || $0 == "." }).map { Int64($0)! }
    return .minutes(parts[0]) + .seconds(parts[1]) + .milliseconds(parts.count > 2 ? parts[2] : 0)
}

/// A database with alice's account.
private struct Books: Sendable {
    private static let id = PaymentID(high: 1, low: 1)
    private static let concert = ConcertID(high: 2, low: 1)
    private static let reservation = ReservationID(high: 3, low: 1)

    let clock = ManualClock()
    private let database: Database

    init(wallet: Int64?) async throws {
        database = try Database(url: "sqlite::memory:", migrations: WalletSchema.migrations, clock: clock)
        guard let wallet else { return }
        let topUp = TopUp(stored: RequestID(high: 9, low: 9), for: .alice, Money(minorUnits: wallet, .eur))
        _ = try await database.transaction { try AccountTable.topUp(topUp, limit: wallet, $0) }
    }

    func play(_ event: String, _ amount: Int64?) async throws -> String {
        do {
            let (note, payment, account) = try await database.transaction { tx in
                let note = try apply(event, Money(minorUnits: amount ?? 30, .eur), tx)
                // Each event can halt the concert again.
                try tx.execute("delete from halted")
                return (note, try Self.payment(tx), try AccountTable.find(.alice, in: .eur, tx))
            }
            let state = payment.map { "\($0.state)".uppercased() } ?? "NONE"
            let reason = payment?.reason.map { "(\($0))" } ?? ""
            return "\(state)\(reason) \(account?.available ?? 0) \(account?.pending ?? 0)\(note)"
        } catch let refusal as WalletRefusal {
            if case .because(let reason, _) = refusal { return reason.rawValue }
            throw refusal
        }
    }

    private static func payment(_ reader: Reader) throws -> Payment? { try PaymentTable.find(id, of: .alice, reader) }

    private func apply(_ event: String, _ amount: Money, _ tx: Transaction) throws -> String {
        let (id, clock) = (Self.id, clock.now)
        switch event {
        case "pay":
            let content = Payment.Content(concert: Self.concert, reservation: Self.reservation, amount: amount)
            let request = PayBatch.Request(
                payment: id, user: .alice, content: content, deadline: Uptime(nanoseconds: .max))
            _ = try PayBatch.begin([request], for: Self.concert, clock: clock, tx)[0].get()
            return ""
        case "cancel":
            let payment = try WalletServer.cancel(id, of: .alice, clock: clock, tx)
            return payment.state == .reserved ? " cancelling" : ""
        case "attempt":
            return try Recovery.claim([try #require(try Self.payment(tx))], at: clock, tx).isEmpty ? " wait" : " ask"
        case "confirmed": return try settle(.confirmed(Self.reservation, amount, nil), tx)
        case "confirmed-other": return try settle(.confirmed(ReservationID(high: 3, low: 2), amount, nil), tx)
        case "expired": return try settle(.aborted(.holdExpired), tx)
        case "aborted": return try settle(.aborted(.cancelled), tx)
        case "refund", "refund-2", "refund-3", "refund-elsewhere":
            let due = RefundDue(
                RefundID(high: 4, low: UInt64(event.split(separator: "-").last ?? "") ?? 1),
                concert: event == "refund-elsewhere" ? ConcertID(high: 2, low: 2) : Self.concert,
                reservation: Self.reservation, user: .alice, payment: id, amount: amount)
            let outcome = try RefundBatch.payOut([due], RefundBatch.Found([due], tx), tx)[0]
            return (outcome.halt == nil ? "" : " halted") + (outcome.isPaidOut ? " ack" : "")
        default: return " unknown event \(event)"
        }
    }

    private func settle(_ decision: Decision, _ tx: Transaction) throws -> String {
        let payment = try #require(try Self.payment(tx))
        let request = SettleBatch.Request(payment: payment, decision: decision)
        return try SettleBatch.settle([request], clock: clock.now, tx)[0].halt == nil ? "" : " halted"
    }
}
