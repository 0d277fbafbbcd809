import Database
import Kernel
import QueueAPI
import RPC
import Service
import Synchronization
import Telemetry
import WalletDomain

/// Finishes the passes of users who have paid, so that the waiting room admits the next users. Payers do not wait for
/// this.
///
/// The instance that stored a pass finishes it at once, without a claim. The timer claims the passes that are left: a pass
/// becomes due when the first attempt has surely ended.
struct FinishedPasses: Sendable {
    static let interval = Duration.milliseconds(100)
    /// Maximum of concurrent calls.
    private static let batch = 256
    /// Maximum of first attempts at the same time. The timer finishes the passes above it.
    private static let maximumFirst = 1024

    private let database: Database
    private let queue: QueueClient
    private let identity: ServiceIdentity
    private let log: Log
    private let unanswered: Counter
    private let deletions: Batcher<RoomID, PassTable.Pass, Void>
    private let first = FirstAttempts()
    private let open: OpenWork<PassTable.Pass>

    init(_ environment: ServiceEnvironment, queue: QueueClient, identity: ServiceIdentity) {
        let database = environment.database
        self.database = database
        log = environment.log
        deletions = Batcher { passes, _ in try await Self.delete(passes, database) }
        open = OpenWork(Self.passes, environment, batch: Self.batch)
        self.queue = queue
        self.identity = identity
        unanswered = environment.metrics.counter(
            "wallet_passes_unanswered_total", "Requests to finish a pass without an answer. They are repeated.")
    }

    /// Begins the first attempt for a pass that this instance has just stored.
    func begin(_ pass: PassTable.Pass) {
        open.put(pass)
        guard first.begin(upTo: Self.maximumFirst) else { return }
        // Detached, because the call of the payer may end earlier.
        Task.detached(executorPreference: EventLoop.current) {
            defer { first.end() }
            guard await finish(pass, within: LiveAttempt.longest) else { return }
            do {
                _ = try await deletions.outcome(of: pass, in: pass.place.room)
                open.remove(pass.payment)
            } catch {
                log.debug("a finished pass stays due", ["payment": "\(pass.payment)", "why": "\(error)"])
            }
        }
    }

    func run() async throws {
        try await open.run { claimed in
            let finished = await withTaskGroup(of: PassTable.Pass?.self) { group in
                for (pass, timeout) in claimed {
                    group.addTask { await finish(pass, within: timeout) ? pass : nil }
                }
                return await group.reduce(into: []) { $0 += [$1].compactMap { $0 } }
            }
            guard !finished.isEmpty else { return }
            try await Self.delete(finished, database)
            for pass in finished { open.remove(pass.payment) }
        }
    }

    private static let passes = OpenWork<PassTable.Pass>.Table(
        name: "pass", key: \.payment, due: { $0.nextAttempt }, find: { try PassTable.due(in: $0, limit: $1, $2) },
        claim: claim)

    private static func claim(
        _ due: [PassTable.Pass], at now: Timestamp, _ tx: Transaction
    ) throws -> [OpenWork<PassTable.Pass>.Claim] {
        let claims = try due.sorted(by: PassTable.Pass.precedes).map { pass in
            var claimed = pass
            claimed.attempt += 1
            let timeout = Attempts.pause(after: claimed.attempt, of: pass.payment)
            claimed.nextAttempt = now + timeout
            return (claimed, timeout, try PassTable.claimAttempt(claimed, dueAt: pass.nextAttempt, tx))
        }
        return try claims.compactMap { pass, timeout, count in try count.value() == 1 ? (pass, timeout) : nil }
    }

    private static func delete(_ passes: [PassTable.Pass], _ database: Database) async throws {
        try await database.transaction { tx in
            for pass in passes.sorted(by: PassTable.Pass.precedes) { try PassTable.delete(pass, tx) }
        }
    }

    /// True if the pass is finished or can never be finished.
    private func finish(_ pass: PassTable.Pass, within timeout: Duration) async -> Bool {
        let request = FinishPassRequest(roomID: pass.place.room, placeID: pass.place.place)
        do throws(RPCFailure) {
            _ = try await queue.finishPass(request, identity.options(timeout: timeout))
            return true
        } catch {
            // After one of these codes the place will never have a pass to finish.
            guard [.notFound, .failedPrecondition, .invalidArgument].contains(error.code) else {
                unanswered.increment()
                log.debug("a pass is not finished yet", ["payment": "\(pass.payment)", "why": "\(error)"])
                return false
            }
            log.warning(
                "a pass could not be finished",
                ["payment": "\(pass.payment)", "place": "\(pass.place.place)", "why": "\(error)"])
            return true
        }
    }
}

/// Counts the first attempts that are running.
private final class FirstAttempts: Sendable {
    private let count = Atomic(0)

    /// False if `limit` attempts are running.
    func begin(upTo limit: Int) -> Bool {
        if count.wrappingAdd(1, ordering: .relaxed).newValue <= limit { return true }
        end()
        return false
    }

    func end() {
        count.wrappingSubtract(1, ordering: .relaxed)
    }
}

extension PassTable.Pass {
    /// By key, so that two instances that write the same rows cannot deadlock.
    static func precedes(_ a: Self, _ b: Self) -> Bool { (a.user, a.payment) < (b.user, b.payment) }
}
