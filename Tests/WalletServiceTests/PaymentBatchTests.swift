import Database
import Kernel
import TestSupport
import Testing
import WalletDomain

@testable import WalletService

/// Payments that begin or end in one transaction. Each has its own outcome.
@Suite struct PaymentBatchTests {
    private static let concert = ConcertID(high: 2, low: 1)
    private static let place = Payment.Place(room: RoomID(high: 5, low: 1), place: PlaceID(high: 6, low: 1))

    private static func content(_ number: UInt64, _ amount: Int64 = 30) -> Payment.Content {
        Payment.Content(
            concert: concert, reservation: ReservationID(high: 3, low: number), amount: Money(minorUnits: amount, .eur))
    }

    private static func request(
        _ number: UInt64, by user: UserID, _ amount: Int64 = 30, for reservation: UInt64? = nil
    ) -> PayBatch.Request {
        PayBatch.Request(
            payment: PaymentID(high: 1, low: number), user: user, content: content(reservation ?? number, amount),
            deadline: Uptime(nanoseconds: .max))
    }

    /// Runs `body` with a database in which alice and bob have 100 each.
    private func withAccounts(_ engine: Engine, _ body: (Database) async throws -> Void) async throws {
        try await TestDatabase.with(engine, WalletSchema.migrations, clock: ManualClock()) { database in
            for (number, user) in [UserID.alice, .bob].enumerated() {
                let topUp = TopUp(
                    stored: RequestID(high: 9, low: UInt64(number)), for: user, Money(minorUnits: 100, .eur))
                try await database.transaction { tx in
                    _ = try TopUpTable.insert(topUp, tx)
                    _ = try AccountTable.topUp(topUp, limit: 100, tx)
                }
            }
            try await body(database)
        }
    }

    private static func begin(_ requests: [PayBatch.Request], on database: Database) async throws -> [String] {
        let outcomes = try await database.transaction(for: requests, before: { $0.deadline }) { requests, tx in
            try PayBatch.begin(requests, for: concert, clock: .noon, tx)
        }
        return outcomes.map { outcome in
            switch outcome {
            case .success(let begun):
                let reason = begun.payment.reason.map { " \($0)" } ?? ""
                return "\(begun.isNew ? "new" : "old") \(begun.payment.state)\(reason)"
            case .failure(WalletRefusal.because(let reason, _)): return "\(reason)"
            case .failure(let error): return "\(error)"
            }
        }
    }

    private static func settle(
        _ decisions: [(PayBatch.Request, Decision)], on database: Database
    ) async throws -> [String] {
        let requests = decisions.map { request, decision in
            SettleBatch.Request(
                payment: .reserve(request.payment, by: request.user, for: request.content, clock: .noon, now: .noon),
                decision: decision)
        }
        let settled = try await database.transaction { try SettleBatch.settle(requests, clock: .noon, $0) }
        return settled.map { "\($0.payment.state)\($0.halt == nil ? "" : " halted")" }
    }

    private static func confirmed(_ request: PayBatch.Request) -> (PayBatch.Request, Decision) {
        (request, .confirmed(request.content.reservation, request.content.amount, place))
    }

    private static func money(of user: UserID, _ database: Database) async throws -> [Int64] {
        let account = try await database.read { try AccountTable.find(user, in: .eur, $0) }
        return [account?.available ?? 0, account?.pending ?? 0]
    }

    private static func passes(dueAt time: Timestamp, _ database: Database) async throws -> [PassTable.Pass] {
        try await database.query { try PassTable.due(in: Attempts.dueTimes(at: time)[0], limit: 10, $0) }
    }

    /// Audits the books. Returns the violation.
    private static func violation(_ database: Database) async throws -> String? {
        try await database.scan { reader in
            var audit = LedgerAudit()
            try AuditTable.add(UserID(high: 0, low: 0)...UserID(high: .max, low: .max), to: &audit, reader)
            audit.end()
            return audit.violation
        }
    }

    @Test(arguments: Engine.available)
    func `each payment of a batch has its own outcome`(engine: Engine) async throws {
        try await withAccounts(engine) { database in
            let carol = UserID(high: 7, low: 7)
            let outcomes = try await Self.begin(
                [
                    Self.request(4, by: .bob, 60), Self.request(1, by: .alice, 60), Self.request(2, by: .alice, 60),
                    Self.request(3, by: carol), Self.request(5, by: .bob, 40), Self.request(6, by: .alice, 0),
                ], on: database)
            #expect(
                outcomes == [
                    "new reserved", "new reserved", "new declined insufficient", "new declined noAccount",
                    "new reserved", "new reserved",
                ])
            #expect(try await Self.money(of: .alice, database) == [40, 60])
            #expect(try await Self.money(of: .bob, database) == [0, 100])
            #expect(try await Self.violation(database) == nil)
        }
    }

    @Test(arguments: Engine.available)
    func `an id that occurs twice in a batch begins one payment`(engine: Engine) async throws {
        try await withAccounts(engine) { database in
            let same = Self.request(1, by: .alice)
            let outcomes = try await Self.begin(
                [same, same, Self.request(1, by: .bob), Self.request(1, by: .alice, 31), Self.request(2, by: .bob)],
                on: database)
            #expect(
                outcomes == ["new reserved", "old reserved", "paymentIDReused", "paymentIDReused", "new reserved"])
            #expect(
                try await Self.begin([same, Self.request(2, by: .alice)], on: database) == [
                    "old reserved", "paymentIDReused",
                ])
            #expect(try await Self.money(of: .alice, database) == [70, 30])
            #expect(try await Self.money(of: .bob, database) == [70, 30])
            #expect(try await Self.violation(database) == nil)
        }
    }

    @Test(arguments: Engine.available)
    func `a halted concert takes no new payment, and keeps its answers`(engine: Engine) async throws {
        try await withAccounts(engine) { database in
            let old = Self.request(1, by: .alice)
            _ = try await Self.begin([old], on: database)
            _ = try await database.transaction { tx in
                try HaltTable.insert("test", PaymentID(high: 1, low: 9), of: .bob, for: Self.concert, tx)
            }
            let outcomes = try await Self.begin([Self.request(2, by: .bob), old], on: database)
            #expect(outcomes == ["concertHalted", "old reserved"])
            #expect(try await Self.money(of: .bob, database) == [100, 0])
        }
    }

    @Test(arguments: Engine.available)
    func `decisions of a batch move the money of each payment once`(engine: Engine) async throws {
        try await withAccounts(engine) { database in
            let (one, two, his, free) = (
                Self.request(1, by: .alice), Self.request(2, by: .alice, 20), Self.request(3, by: .bob),
                Self.request(4, by: .bob, 0)
            )
            _ = try await Self.begin([one, two, his, free], on: database)
            let states = try await Self.settle(
                [
                    Self.confirmed(his), Self.confirmed(one), (two, .aborted(.holdExpired)), Self.confirmed(one),
                    Self.confirmed(free),
                ], on: database)
            #expect(states == ["posted", "posted", "voided", "posted", "posted"])
            #expect(try await Self.money(of: .alice, database) == [70, 0])
            #expect(try await Self.money(of: .bob, database) == [70, 0])
            let passes = try await Self.passes(dueAt: .noon + Attempts.firstPause, database)
            #expect(Set(passes.map(\.payment.low)) == [1, 3, 4])
            #expect(passes.count == 3)
            let early = try await Self.passes(dueAt: .noon, database)
            #expect(early.isEmpty, "the first attempts still run")
            #expect(
                try await Self.settle([Self.confirmed(one), Self.confirmed(two)], on: database) == [
                    "posted", "voided halted",
                ])
            #expect(try await Self.money(of: .alice, database) == [70, 0])
            #expect(try await Self.violation(database) == nil)
        }
    }
}
