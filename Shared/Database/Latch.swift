import Threads

/// Opens when the last of several threads has ended.
final class Latch: Sendable {
    private struct State {
        var threads: Int
        var waiting: [UnsafeContinuation<Void, Never>] = []
    }

    private let state: Lock<State>

    init(threads: Int) {
        state = Lock(State(threads: threads))
    }

    func threadEnded() {
        let waiting = state.withLock { state in
            state.threads -= 1
            return state.threads == 0 ? state.waiting : []
        }
        for continuation in waiting { continuation.resume() }
    }

    func wait() async {
        await withUnsafeContinuation { continuation in
            let isOpen = state.withLock { state in
                if state.threads > 0 { state.waiting.append(continuation) }
                return state.threads == 0
            }
            if isOpen { continuation.resume() }
        }
    }
}
