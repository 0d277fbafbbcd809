import Database
import Kernel
import QueueAPI
import RPC
import Service
import Telemetry
import WalletDomain

/// Finishes the passes of users who have paid, so that the waiting room admits the next users. Payers do not wait for
/// this.
struct FinishedPasses: Sendable {
    static let interval = Duration.milliseconds(100)
    /// Maximum of concurrent calls.
    private static let batch = 256
    /// Maximum of batches in one run. The next run continues.
    private static let maximumRounds = 100

    private let database: Database
    private let clock: any Clock
    private let queue: QueueClient
    private let identity: ServiceIdentity
    private let log: Log
    private let unanswered: Counter

    init(_ environment: ServiceEnvironment, queue: QueueClient, identity: ServiceIdentity) {
        database = environment.database
        clock = environment.clock
        log = environment.log
        self.queue = queue
        self.identity = identity
        unanswered = environment.metrics.counter(
            "wallet_passes_unanswered_total", "Requests to finish a pass without an answer. They are repeated.")
    }

    func run() async throws {
        for _ in 0..<Self.maximumRounds {
            let due = try await database.read { try PassTable.due(at: clock.now, limit: Self.batch, $0) }
            guard !due.isEmpty else { return }
            let claimed = try await database.transaction { tx in try Self.claim(due, at: clock.now, tx) }
            let finished = await withTaskGroup(of: PassTable.Pass?.self) { group in
                for (pass, timeout) in claimed {
                    group.addTask { await finish(pass, within: timeout) ? pass : nil }
                }
                return await group.reduce(into: []) { $0 += [$1].compactMap { $0 } }
            }
            try await database.transaction { tx in
                for pass in finished.sorted(by: PassTable.Pass.precedes) { try PassTable.delete(pass, tx) }
            }
            guard due.count == Self.batch else { return }
        }
    }

    private static func claim(
        _ due: [PassTable.Pass], at now: Timestamp, _ tx: Transaction
    ) throws -> [(pass: PassTable.Pass, timeout: Duration)] {
        let claims = try due.sorted(by: PassTable.Pass.precedes).map { pass in
            var claimed = pass
            claimed.attempt += 1
            let timeout = Attempts.pause(after: claimed.attempt, of: pass.payment)
            claimed.nextAttempt = now + timeout
            return (claimed, timeout, try PassTable.claimAttempt(claimed, dueAt: pass.nextAttempt, tx))
        }
        return try claims.compactMap { pass, timeout, count in try count.value() == 1 ? (pass, timeout) : nil }
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

extension PassTable.Pass {
    /// By key, so that two instances that write the same rows cannot deadlock.
    static func precedes(_ a: Self, _ b: Self) -> Bool { (a.user, a.payment) < (b.user, b.payment) }
}
