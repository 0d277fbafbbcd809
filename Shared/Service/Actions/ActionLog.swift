import Database
import Identity
import Kernel
import Programs
import RPC

/// The log of what operators did: its handler, and the job that chains its rows.
///
/// A row is inserted without its place in the chain. Otherwise all operators would wait for one row, the end of the chain.
struct ActionLog: ActionsHandlers {
    /// An action is in the chain within a second.
    static let interval = Duration.milliseconds(500)
    /// The longest pause before actions that an ended instance has not chained are in the chain.
    private static let longestPause = Duration.seconds(5)
    private static let batch = 200
    /// Maximum of batches in one run. The next run continues.
    private static let maximumRounds = 100
    /// Maximum bytes of the requests in one page. One action has at most `ActionTable.maximumTextBytes`.
    private static let maximumPageBytes = 1 << 20

    private let database: Database
    private let polling: Polling

    init(_ database: Database, _ clock: any Clock) {
        self.database = database
        polling = Polling(after: database, clock, from: Self.interval, upTo: Self.longestPause)
    }

    var job: Job { Job("actions", every: Self.interval) { try await polling.run { try await chain() } } }

    /// Gives each waiting action its place in the chain. Returns true if there may be more.
    private func chain() async throws -> Bool {
        for _ in 0..<Self.maximumRounds {
            // Without waiting actions, it writes nothing.
            guard try await database.query({ try !ActionTable.waiting(limit: 1, $0).isEmpty }) else { return false }
            try await database.transaction { tx in
                var chain = try ActionTable.lock(tx)
                for action in try ActionTable.waiting(limit: Self.batch, tx) {
                    chain.append(action.record)
                    try ActionTable.save(chain, of: action.id, tx)
                }
                try ActionTable.save(chain, tx)
            }
        }
        return true
    }

    func listActions(_ request: ListActionsRequest, call: Call) async throws -> ListActionsReply {
        try await database.scan(before: call.deadline) { reader in
            // First, because an engine with distributed tables has no common snapshot.
            let end = try ActionTable.end(reader)
            let page = try Page(of: request.pageSize) {
                try ActionTable.all(request, upTo: end.serial, limit: $0, reader)
            }
            var byteCount = 0
            let actions = page.items.prefix { action in
                byteCount += action.request.utf8.count
                return byteCount <= Self.maximumPageBytes
            }
            return ListActionsReply(
                actions: Array(actions), hasMore: page.hasMore || actions.count < page.items.count,
                lastSerial: UInt64(clamping: end.serial), lastHash: end.serial == 0 ? [] : end.hash.bytes)
        }
    }
}
