import Database
import Kernel
import QueueAPI
import RPC
import Runtime
import Service
import WalletDomain

/// Tells the waiting room who has paid, so that the next one comes in. The payer does not wait for this.
struct FinishedPasses: Sendable {
    static let interval = Duration.milliseconds(100)
    /// Calls under way at once.
    private static let batch = 64
    /// Batches in a row; what is left then waits for the next look.
    private static let maximumRounds = 100

    private let database: Database
    private let clock: any Clock
    private let queue: QueueClient
    private let identity: ServiceIdentity
    private let log: Log
    private let unanswered: Counter

    init(_ ground: ServiceGround, queue: QueueClient, identity: ServiceIdentity) {
        database = ground.database
        clock = ground.clock
        log = ground.log
        self.queue = queue
        self.identity = identity
        unanswered = ground.metrics.counter(
            "wallet_passes_unanswered_total", "Attempts to finish a pass that brought no answer; they come again.")
    }

    func run() async throws {
        for _ in 0..<Self.maximumRounds {
            let due = try await database.read { try PassTable.due(at: clock.now, limit: Self.batch, $0) }
            guard !due.isEmpty else { return }
            let claimed = try await database.transaction { tx in try Self.claim(due, at: clock.now, tx) }
            let finished = await withTaskGroup(of: PassTable.Pass?.self) { group in
                for (pass, patience) in claimed {
                    group.addTask { await finish(pass, within: patience) ? pass : nil }
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
    ) throws -> [(pass: PassTable.Pass, patience: Duration)] {
        try due.sorted(by: PassTable.Pass.precedes).compactMap { pass in
            var claimed = pass
            claimed.attempt += 1
            let patience = Attempts.pause(after: claimed.attempt, of: pass.payment)
            claimed.nextAttempt = now + patience
            return try PassTable.claimAttempt(claimed, dueAt: pass.nextAttempt, tx) ? (claimed, patience) : nil
        }
    }

    /// Whether there is no more to be done.
    private func finish(_ pass: PassTable.Pass, within patience: Duration) async -> Bool {
        let request = FinishPassRequest(roomID: pass.place.room.bytes, placeID: pass.place.place.bytes)
        do throws(RPCFailure) {
            _ = try await queue.finishPass(request, identity.options(timeout: patience))
            return true
        } catch {
            // A place that is not there, or has no pass, will not have one later.
            guard [.notFound, .failedPrecondition, .invalidArgument].contains(error.code) else {
                unanswered.increment()
                log.debug("a pass waits", ["payment": "\(pass.payment)", "why": "\(error)"])
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
    /// By key, so that two programs that write the same ones do not wait for each other crosswise.
    fileprivate static func precedes(_ a: Self, _ b: Self) -> Bool { (a.user, a.payment) < (b.user, b.payment) }
}
