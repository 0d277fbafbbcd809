import Database
import Threads

/// The faults of a `FaultyEngine`.
package final class Faults: Sendable {
    package enum Point: Hashable, Sendable {
        case statement, commit
    }

    package enum Fault: Equatable, Sendable, CaseIterable {
        case busy, diskFull, ioError
        /// The engine aborted a transaction in favour of another: 40001, 40P01.
        case serialization, deadlock
        /// 40003: whether the statement was completed is unknown.
        case completionUnknown
        /// The connection is lost, and with it all that was not committed.
        case connectionLost
        /// The commit is applied, but its answer never arrives.
        case answerLost

        func error(at point: Point) -> DatabaseError {
            switch self {
            case .busy: DatabaseError(.unavailable, "fault: busy")
            case .diskFull: DatabaseError(.diskFull, "fault: disk full")
            case .ioError: DatabaseError(.unavailable, "fault: I/O error", mayHaveCommitted: point == .commit)
            case .serialization: DatabaseError(.conflict, "fault: 40001")
            case .deadlock: DatabaseError(.conflict, "fault: 40P01")
            case .completionUnknown: DatabaseError(.unavailable, "fault: 40003", mayHaveCommitted: true)
            case .connectionLost:
                DatabaseError(.unavailable, "fault: connection lost", mayHaveCommitted: point == .commit)
            case .answerLost: DatabaseError(.unavailable, "fault: answer lost", mayHaveCommitted: true)
            }
        }
    }

    private struct Plan {
        let first: Int
        let last: Int
        let fault: Fault
    }

    private struct State {
        var counts: [Point: Int] = [:]
        /// Statements that begin and end transactions.
        var borderCount = 0
        var plans: [Point: Plan] = [:]
        var failureCount = 0
        var forgetting: Forgetting?
        var edits: [Edit] = []
        var serverRun: String?
        var isServerChangeDue = false

        mutating func changeServer() { serverRun = (serverRun ?? "server") + " replaced" }
    }

    private struct Edit {
        let old: String
        let new: String
        let marker: String
    }

    private struct Forgetting {
        let marker: String
        let isDue: @Sendable () -> Bool
    }

    private let state = Lock(State())

    package init() {}

    /// Makes the `number`-th statement or transaction from now on fail, and the `count - 1` after it. The next one has
    /// number 1.
    package func fail(_ point: Point, number: Int = 1, count: Int = 1, with fault: Fault) {
        state.withLock { state in
            let first = state.counts[point, default: 0] + number
            state.plans[point] = Plan(first: first, last: first.addingClamped(count - 1), fault: fault)
        }
    }

    /// Makes every session one of another server, as after a failover.
    package func changeServer() { state.withLock { $0.changeServer() } }

    /// As `changeServer`, but only when the next transaction asks for its server.
    package func changeServerAtNextTransaction() { state.withLock { $0.isServerChangeDue = true } }

    func serverRun(isWriting: Bool) -> String? {
        state.withLock { state in
            if isWriting, state.isServerChangeDue {
                state.isServerChangeDue = false
                state.changeServer()
            }
            return state.serverRun
        }
    }

    /// The number of planned failures so far.
    package var failureCount: Int { state.withLock { $0.failureCount } }

    /// The number of statements so far, with those that begin and end a transaction.
    package var statementCount: Int { state.withLock { $0.counts[.statement, default: 0] + $0.borderCount } }

    func countBorders() {
        state.withLock { $0.borderCount += 2 }
    }

    package func heal() {
        state.withLock { state in
            state.plans = [:]
            state.forgetting = nil
        }
    }

    /// Loses a commit that is reported as successful, as a disk without a working sync does when the power fails.
    /// Applies to transactions with a statement that contains `marker`, if `isDue` returns true. Files have
    /// `Tests/CPowerLoss`.
    package func forgetCommits(of marker: String, where isDue: @escaping @Sendable () -> Bool) {
        state.withLock { $0.forgetting = Forgetting(marker: marker, isDue: isDue) }
    }

    /// Replaces `old` by `new` in SQLite statements that contain `marker`, for example to drop a condition.
    package func replace(_ old: String, with new: String, where marker: String) {
        state.withLock { $0.edits.append(Edit(old: old, new: new, marker: marker)) }
    }

    /// Returns true if the transaction of these statements will be lost.
    func forgets(_ statements: [String]) -> Bool {
        guard let forgetting = state.withLock({ $0.forgetting }),
            statements.contains(where: { $0.contains(forgetting.marker) })
        else { return false }
        return forgetting.isDue()
    }

    /// Returns the statement with the edits that apply to it.
    func edited(_ statement: Statement) -> Statement {
        let edits = state.withLock { $0.edits }.filter { statement.description.contains($0.marker) }
        guard !edits.isEmpty else { return statement }
        var text = statement.description
        for edit in edits {
            precondition(text.contains(edit.old), "«\(text)» does not contain «\(edit.old)»")
            text = text.replacing(edit.old, with: edit.new)
        }
        return Statement(stringLiteral: text)
    }

    func next(_ point: Point) -> Fault? {
        state.withLock { state in
            let number = state.counts[point, default: 0] + 1
            state.counts[point] = number
            guard let plan = state.plans[point], (plan.first...plan.last).contains(number) else { return nil }
            state.failureCount += 1
            return plan.fault
        }
    }
}

extension Int {
    fileprivate func addingClamped(_ other: Int) -> Int {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? .max : sum
    }
}
