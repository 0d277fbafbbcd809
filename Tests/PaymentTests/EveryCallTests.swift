import ConcertAPI
import ConcertService
import Database
import Glibc
import Journeys
import Kernel
import QueueAPI
import QueueService
import RPC
import Service
import TestSupport
import Testing
import Threads
import WalletAPI
import WalletService

/// Every call of the three services is safe to repeat. This holds on each engine, on one that distributes tables, on one whose
/// transactions are all serializable, and on a server that is promoted between the calls.
@Suite struct EveryCallTests {
    private static let isFull = getenv("ONSALE_TEST_FULL") != nil
    /// More statements than a call has. Without --full, only the first ones fail, because each takes a sale.
    private static let failingStatements = 1...(isFull ? 500 : 3)

    @Test(arguments: Engine.available + [.distributed, .serializable])
    func `each call has its first answer when it is repeated with its id`(engine: Engine) async throws {
        try await Self.makeCalls(on: engine)
    }

    @Test(arguments: Engine.available)
    func `a call by a caller without permission is refused and changes nothing`(engine: Engine) async throws {
        try await Self.makeCalls(on: engine, asOthers: true)
    }

    /// In each sale, another statement of every call fails.
    @Test(arguments: isFull ? [Engine.memory, .serializable] : [Engine.memory])
    func `each call takes effect once when the engine aborts any one of its statements by a conflict`(engine: Engine)
        async throws
    {
        for number in Self.failingStatements {
            let faults = (1...3).map { _ in Faults() }
            try await Self.makeCalls(on: engine, faults: faults) { _ in
                for faults in faults { faults.fail(.statement, number: number, with: .serialization) }
            } between: { _ in
                for faults in faults { faults.heal() }
            }
            let count = faults.map(\.failureCount).reduce(0, +)
            if count == 0 { return print("\(engine): no call has more than \(number - 1) statements") }
            #expect(number > 1 || count > 50)
        }
        #expect(!Self.isFull, "a call has more than \(Self.failingStatements.upperBound) statements")
    }

    @Test func `each call has its first answer when the server is promoted between its two tries`() async throws {
        try await OwnServer.with { server in
            let databases = try await onThread { try (1...3).map { _ in try TestDatabase(on: server) } }
            let clock = ManualClock()
            // Retries of the services wait by this clock. Its wall time stands still, because answers carry it.
            let time = Task {
                while !Task.isCancelled {
                    clock.elapse(.milliseconds(10))
                    try await SystemClock().sleep(for: .milliseconds(10))
                }
            }
            let promotion = Promotion(of: server)
            try await Self.makeCalls(
                on: .postgreSQL, databases, clock: clock,
                between: { method in
                    if !method.isReadOnly { try await promotion.begin() }
                })
            try await promotion.end()
            time.cancel()
            #expect(promotion.count >= 20, "the server refused writes")
        }
    }

    /// Makes each call twice, with `before` before both and `between` after the first. Nil for `databases` takes new ones of
    /// `engine`.
    private static func makeCalls(
        on engine: Engine, _ databases: [TestDatabase?] = [nil, nil, nil], clock: ManualClock = ManualClock(),
        faults: [Faults?] = [nil, nil, nil], asOthers: Bool = false,
        before: @escaping @Sendable (MethodDescription) async throws -> Void = { _ in },
        between: @escaping @Sendable (MethodDescription) async throws -> Void = { _ in }
    ) async throws {
        try await TestService.with(
            .concert, on: engine, database: databases[0], clock: clock, faults: faults[0]
        ) { concert in
            try await TestService.with(
                .queue, on: engine, database: databases[1], keys: concert.keys, clock: clock, faults: faults[1]
            ) { queue in
                let arguments = [
                    "--concert", "\(concert.instances[0].address)", "--queue", "\(queue.instances[0].address)",
                ]
                try await TestService.with(
                    .wallet, on: engine, database: databases[2], keys: concert.keys, clock: clock,
                    arguments: arguments, faults: faults[2]
                ) { wallet in
                    let calls = EveryCall(
                        queue: { queue.client(of: $0) }, concert: { concert.client(of: $0) },
                        wallet: { wallet.client(of: $0) }, now: clock.now,
                        keysOfOthers: asOthers ? concert.keys : nil,
                        logLines: { try await Self.logLines(of: queue) }, before: before, between: between)
                    let violations = try await calls.violations()
                    #expect(violations == [])
                    try await Self.liftHalt(wallet)
                    try await Self.checkActions(of: QueueMethods.service, queue)
                    try await Self.checkActions(of: ConcertMethods.service, concert)
                    try await Self.checkActions(of: WalletMethods.service, wallet)
                }
            }
        }
    }
}

extension EveryCallTests {
    /// Runs the job as often as a service does: it fails while the server is read-only.
    private static func logLines(of queue: TestService) async throws {
        let end = ContinuousClock.now + .milliseconds(Patience.milliseconds)
        while true {
            do { return try await queue.run("checkpoints") } catch let error as DatabaseError {
                guard error.reason == .unavailable, ContinuousClock.now < end else { throw error }
                usleep(10_000)
            }
        }
    }

    /// Every call of an operator that can change something has changed something in the sale, each twice by the same
    /// request.
    private static func checkActions(of description: ServiceDescription, _ service: TestService) async throws {
        let actions = try await service.actions()
        let writes = Set(description.methods.filter(\.isWriteOfOperators).map(\.name))
        #expect(
            Set(actions.map(\.method)) == writes,
            "call ActionTable.append in the handler, and let the sale make a call that changes something")
        for (request, same) in Dictionary(grouping: actions, by: \.requestID) {
            #expect(
                same.count == 1,
                "\(same[0].method) with the id \(request.map { "\($0)" } ?? "none") is in the log repeatedly")
        }
        let client = ActionsClient(service.client(of: .operator))
        let audit = try await ActionAudit { try await client.listActions($0) }
        #expect(audit.violation == nil)
        #expect(actions.allSatisfy { !$0.request.contains("assword\"") && !$0.request.contains("\"code\"") })
    }

    /// No call of the sale halts a concert.
    private static func liftHalt(_ wallet: TestService) async throws {
        try await wallet.instances[0].database.transaction { tx in
            try tx.execute(
                """
                insert into halted (concert_id, payment_id, user_id, why, halted_at) values ($1, $2, $3, '', 0)
                """, ConcertID.numbered(9), PaymentID.numbered(9), UserID.alice)
        }
        let options = CallOptions(timeout: .minutes(1), requestID: .numbered(1 << 32))
        let client = WalletClient(wallet.client(of: .operator))
        for _ in 1...2 { _ = try await client.liftHalt(LiftHaltRequest(concertID: .numbered(9)), options) }
    }
}

/// Makes a server read-only, and promotes it a moment later.
private final class Promotion: Sendable {
    private let server: OwnServer
    private let pending = Lock<Task<Void, any Error>?>(nil)
    private let begun = Lock(0)

    init(of server: OwnServer) {
        self.server = server
    }

    var count: Int { begun.withLock { $0 } }

    func begin() async throws {
        try await end()
        try await server.set("default_transaction_read_only", to: "on")
        begun.withLock { $0 += 1 }
        pending.withLock { pending in
            pending = Task { [server] in
                try await SystemClock().sleep(for: .milliseconds(200))
                try await server.set("default_transaction_read_only", to: "off")
            }
        }
    }

    /// Returns when the last promotion is over.
    func end() async throws {
        let task = pending.withLock { $0 }
        try await task?.value
    }
}
