import Threads

/// Decides if this program is ready for work, and names the reasons if it is not.
package final class Health: Sendable {
    package enum Phase: String, Sendable {
        case starting
        case running
        case draining
    }

    private struct State {
        var phase = Phase.starting
        var checks: [(name: String, problem: @Sendable () -> String?)] = []
    }

    private let state = Lock(State())

    package init() {}

    package var phase: Phase { state.withLock { $0.phase } }

    package func enter(_ phase: Phase) {
        state.withLock { $0.phase = phase }
    }

    /// `problem` returns the reason why a component is not ready, or nil. It runs on the status thread and must not
    /// block.
    package func check(_ name: String, problem: @escaping @Sendable () -> String?) {
        state.withLock { $0.checks.append((name, problem)) }
    }

    /// Empty when ready.
    package var problems: [String] {
        let (phase, checks) = state.withLock { ($0.phase, $0.checks) }
        let found = checks.compactMap { check in check.problem().map { "\(check.name): \($0)" } }
        return phase == .running ? found : [phase.rawValue] + found
    }
}
