import ConcertAPI
import Kernel
import RPC
import TestSupport
import Threads

/// The network between wallet and Concert. It counts calls, and loses or delays messages as a test demands.
final class Road: Sendable {
    enum Trouble {
        case none
        /// Calls never arrive.
        case callsAreLost
        /// Calls arrive, answers do not.
        case answersAreLost
        /// Calls of this method never arrive.
        case lost(String)
        /// Each call is delayed.
        case slow(Duration)
    }

    private struct State {
        var trouble = Trouble.none
        var counts: [String: Int] = [:]
    }

    let address: Address
    private let state: SharedState
    private let proxy: FaultProxy
    private let loops = Loops(count: 1)

    private final class SharedState: Sendable {
        let lock = Lock(State())
    }

    init(to address: Address) throws {
        let state = SharedState()
        self.state = state
        proxy = FaultProxy(to: address, on: loops) { isCall, envelope in
            state.lock.withLock { state in
                if isCall, envelope.kind == .request { state.counts[envelope.method, default: 0] += 1 }
                guard [.request, .reply].contains(envelope.kind) else { return .deliver }
                switch state.trouble {
                case .none: return .deliver
                case .callsAreLost: return isCall ? .drop : .deliver
                case .answersAreLost: return isCall ? .deliver : .drop
                case .lost(let method): return isCall && envelope.method == method ? .drop : .deliver
                case .slow(let delay): return isCall ? .delay(delay) : .deliver
                }
            }
        }
        self.address = try proxy.listen()
    }

    func set(_ trouble: Trouble) {
        state.lock.withLock { $0.trouble = trouble }
    }

    /// Returns the number of calls of a method.
    func count(_ method: String) -> Int {
        state.lock.withLock { $0.counts[method] ?? 0 }
    }

    var confirmCount: Int { count(ConcertMethods.confirm.name) }

    func close() async {
        await proxy.close()
        loops.stop()
    }
}
