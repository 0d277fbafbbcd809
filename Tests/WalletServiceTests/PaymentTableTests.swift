import Database
import Kernel
import TestSupport
import Testing
import WalletDomain

@testable import WalletService

/// A step writes nothing if another transaction has changed the payment since it was read. This holds on every engine.
@Suite struct PaymentTableTests {
    private static let id = PaymentID(high: 8, low: 1)
    private static let content = Payment.Content(
        concert: ConcertID(high: 2, low: 1), reservation: ReservationID(high: 7, low: 1),
        amount: Money(minorUnits: 3000, Currency("EUR")!))
    private static let reserved = Payment.reserve(id, by: .alice, for: content, clock: .noon, now: .noon)

    private static func decided(_ decision: Decision) -> Payment {
        var payment = reserved
        _ = payment.receive(decision, now: .noon)
        return payment
    }

    private static let posted = decided(.confirmed(content.reservation, content.amount, nil))
    private static let voided = decided(.aborted(.cancelled))

    private static func refunded(_ number: UInt64, _ amount: Int64 = 3000) -> Payment {
        let due = RefundDue(
            RefundID(high: 9, low: number), concert: content.concert, reservation: content.reservation, user: .alice,
            payment: id, amount: Money(minorUnits: amount, content.amount.currency))
        var payment = posted
        _ = payment.receive(due, paid: nil, now: .noon)
        return payment
    }

    /// Runs `body` on a database with the payment in this state.
    private func with(_ payment: Payment, on engine: Engine, _ body: (Database) async throws -> Void) async throws {
        try await TestService.with(.wallet, on: engine) { wallet in
            let database = wallet.instances[0].database
            let isWritten = try await database.transaction { tx in
                let isNew = try !PaymentTable.insert([Self.reserved], tx).isEmpty
                return payment.state == .reserved ? isNew : try PaymentTable.close(payment, tx)
            }
            #expect(isWritten)
            try await body(database)
        }
    }

    private func payment(_ database: Database) async throws -> Payment? {
        try await database.read { try PaymentTable.find(Self.id, of: .alice, $0) }
    }

    @Test(arguments: Engine.available)
    func `a payment is closed once`(engine: Engine) async throws {
        try await with(Self.posted, on: engine) { database in
            for other in [Self.posted, Self.voided] {
                let isClosed = try await database.transaction { try PaymentTable.close(other, $0) }
                #expect(!isClosed)
            }
            #expect(try await payment(database) == Self.posted)
        }
    }

    @Test(arguments: Engine.available)
    func `a posted payment is refunded once, and no other`(engine: Engine) async throws {
        for (state, isPaid) in [(Self.reserved, false), (Self.voided, false), (Self.posted, true)] {
            try await with(state, on: engine) { database in
                let refund = { @Sendable (number: UInt64) in
                    try await database.conflicts {
                        try PaymentTable.refund(Self.refunded(number), was: Self.posted, $0)
                    }
                }
                let areConflicts = [try await refund(1), try await refund(2)]
                #expect(areConflicts == [!isPaid, true])
                #expect(try await payment(database) == (isPaid ? Self.refunded(1) : state))
            }
        }
    }

    @Test(arguments: Engine.available)
    func `of two parts that read the same payment, the second conflicts`(engine: Engine) async throws {
        try await with(Self.posted, on: engine) { database in
            let refund = { @Sendable (number: UInt64) in
                try await database.conflicts {
                    try PaymentTable.refund(Self.refunded(number, 1000), was: Self.posted, $0)
                }
            }
            let areConflicts = [try await refund(1), try await refund(2)]
            #expect(areConflicts == [false, true])
            #expect(try await payment(database) == Self.refunded(1, 1000))
        }
    }

    @Test(arguments: Engine.available)
    func `a refund is stored once, and another payment may have the same id`(engine: Engine) async throws {
        try await with(Self.posted, on: engine) { database in
            let insert = { @Sendable (payment: PaymentID) in
                try await database.conflicts {
                    let refund = PaidRefund(RefundID(high: 9, low: 1), of: payment, to: .alice, amount: 10)
                    try RefundTable.insert(refund, at: .noon, $0)
                }
            }
            let areConflicts = [
                try await insert(Self.id), try await insert(Self.id), try await insert(PaymentID(high: 8, low: 2)),
            ]
            #expect(areConflicts == [false, true, false])
        }
    }

    @Test(arguments: Engine.available)
    func `a decided payment is not cancelled`(engine: Engine) async throws {
        var cancelled = Self.reserved
        _ = cancelled.cancel(clock: .noon)
        for (state, isDecided) in [(Self.reserved, false), (Self.posted, true), (Self.voided, true)] {
            try await with(state, on: engine) { [cancelled] database in
                let isRefused = try await database.conflicts { try PaymentTable.cancel(cancelled, $0) }
                #expect(isRefused == isDecided)
                #expect(try await payment(database)?.isAbortRequested == !isDecided)
            }
        }
    }

    @Test(arguments: Engine.available)
    func `an attempt is claimed once, and never for a decided payment`(engine: Engine) async throws {
        var claimed = Self.reserved
        _ = claimed.beginAttempt(clock: .noon + Attempts.firstPause)
        let claim = { @Sendable [claimed] (tx: Transaction) in
            try PaymentTable.claimAttempt(claimed, dueAt: Self.reserved.nextAttempt, tx).value() == 1
        }
        try await with(Self.reserved, on: engine) { database in
            let claims = [try await database.transaction(claim), try await database.transaction(claim)]
            #expect(claims == [true, false])
            #expect(try await payment(database)?.attempt == 1)
        }
        try await with(Self.posted, on: engine) { database in
            let isClaimed = try await database.transaction(claim)
            #expect(!isClaimed)
        }
    }

    @Test(arguments: Engine.available)
    func `a payment halts its concert once, also after the halt was lifted`(engine: Engine) async throws {
        let concert = Self.content.concert
        let halt = { @Sendable (tx: Transaction) in
            try HaltTable.insert("why", Self.id, of: .alice, for: concert, tx) != nil
        }
        try await TestService.with(.wallet, on: engine) { wallet in
            let database = wallet.instances[0].database
            var isNew = [try await database.transaction(halt), try await database.transaction(halt)]
            let isLifted = try await database.transaction { try HaltTable.lift(concert, $0) }
            isNew.append(try await database.transaction(halt))
            let isHalted = try await database.read { try HaltTable.pendingHalt(concert, $0).first() != nil }
            #expect(isNew == [true, false, false] && isLifted && !isHalted)
        }
    }

    /// The times of four attempts. The last one is further ahead than any pause, so a clock was wrong.
    private static let times: [Timestamp] = [.noon, .noon + .milliseconds(1), .noon + .seconds(-1), .noon + .hours(1)]
    /// The numbers of the attempts due at noon, for one of the two ranges of due times (by its index) and a limit.
    private static let due: [(times: Int, limit: Int, numbers: [UInt64])] = [
        (0, 1, [2]), (0, 2, [2, 0]), (0, 9, [2, 0]), (1, 9, [3]),
    ]

    @Test(arguments: Engine.available)
    func `the payments with the earliest due times are tried first`(engine: Engine) async throws {
        try await TestService.with(.wallet, on: engine) { wallet in
            let database = wallet.instances[0].database
            for (number, time) in zip((0 as UInt64)..., Self.times) {
                let payment = Payment(
                    stored: PaymentID(high: 8, low: number), by: .alice, for: Self.content, begunAt: .noon,
                    state: .reserved, nextAttempt: time)
                #expect(try await !database.transaction { try PaymentTable.insert([payment], $0).isEmpty })
            }
            for (times, limit, numbers) in Self.due {
                let times = Attempts.dueTimes(at: .noon)[times]
                let due = try await database.read { try PaymentTable.due(in: times, limit: limit, $0) }
                #expect(due.map(\.id.low) == numbers)
            }
        }
    }

    @Test(arguments: Engine.available)
    func `the passes with the earliest due times are finished first`(engine: Engine) async throws {
        try await TestService.with(.wallet, on: engine) { wallet in
            let database = wallet.instances[0].database
            let place = Payment.Place(room: RoomID(high: 5, low: 1), place: PlaceID(high: 6, low: 1))
            for (number, time) in zip((0 as UInt64)..., Self.times) {
                let pass = PassTable.Pass(
                    user: .alice, payment: PaymentID(high: 8, low: number), place: place, nextAttempt: time)
                try await database.transaction { try PassTable.insert([pass], $0) }
            }
            for (times, limit, numbers) in Self.due {
                let times = Attempts.dueTimes(at: .noon)[times]
                let due = try await database.read { try PassTable.due(in: times, limit: limit, $0) }
                #expect(due.map(\.payment.low) == numbers)
            }
        }
    }

    @Test(arguments: Engine.available)
    func `an attempt to finish a pass is claimed once, and never for a finished pass`(engine: Engine) async throws {
        let place = Payment.Place(room: RoomID(high: 5, low: 1), place: PlaceID(high: 6, low: 1))
        let due = PassTable.Pass(user: .alice, payment: Self.id, place: place, nextAttempt: .noon)
        var claimed = due
        (claimed.attempt, claimed.nextAttempt) = (1, .noon + .seconds(1))
        let claim = { @Sendable [claimed] (tx: Transaction) in
            try PassTable.claimAttempt(claimed, dueAt: due.nextAttempt, tx).value() == 1
        }
        try await TestService.with(.wallet, on: engine) { wallet in
            let database = wallet.instances[0].database
            try await database.transaction { try PassTable.insert([due], $0) }
            #expect(try await database.transaction(claim))
            #expect(try await !database.transaction(claim))
            try await database.transaction { try PassTable.delete(due, $0) }
            #expect(try await !database.transaction(claim))
        }
    }
}
