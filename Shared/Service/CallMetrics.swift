import Kernel
import RPC
import Telemetry
import Threads

/// Counts calls by method and code, and measures their durations.
struct CallMetrics: Sendable {
    private final class OfMethod: Sendable {
        let duration: Histogram
        let succeeded: Counter
        /// The other calls by code. A counter exists from the first call with its code on.
        private let failed = Lock<[StatusCode: Counter]>([:])

        init(_ duration: Histogram, succeeded: Counter) {
            self.duration = duration
            self.succeeded = succeeded
        }

        /// Most calls of a rush fail, because their seats are taken, so they do not look up the counter by its labels.
        func failed(_ code: StatusCode, _ make: () -> Counter) -> Counter {
            failed.withLock { failed in
                if let counter = failed[code] { return counter }
                let counter = make()
                failed[code] = counter
                return counter
            }
        }
    }

    /// The key is the method's name. Filled before the first call, so that a successful call takes no lock.
    private let methods: [String: OfMethod]
    private let calls: Family<Counter>
    private let refusals: Family<Counter>

    init(_ services: [ServiceDescription], _ metrics: Metrics) {
        let calls = metrics.counters("rpc_calls_total", "Finished calls.", labels: ["method", "code"])
        let durations = metrics.histograms(
            "rpc_call_duration_seconds", "Time from the arrival of a request to the end of its handler.",
            labels: ["method"])
        let all = (services + [HealthMethods.service, ReflectionMethods.service]).flatMap(\.methods)
        // The reader decides how long a stream lasts, so its duration is no latency.
        methods = Dictionary(
            uniqueKeysWithValues: all.filter { !$0.isStream }.map { method in
                let succeeded = calls.with(method.name, StatusCode.ok.description)
                return (method.name, OfMethod(durations.with(method.name), succeeded: succeeded))
            })
        self.calls = calls
        refusals = metrics.counters(
            "rpc_refusals_total", "Requests that were refused before a handler ran.", labels: ["reason"])
    }

    func note(refusal: RPCFailure) {
        refusals.with(refusal.reason).increment()
    }

    /// `now` is read for each call, because the time of an event loop is that of the start of its turn. A fast handler
    /// ends in the turn in which its request arrived.
    func note(_ call: CallMeasurement, now: Uptime) {
        guard let method = methods[call.method.name] else { return counter(of: call).increment() }
        method.duration.observe(now - call.arrived)
        let total = call.code == .ok ? method.succeeded : method.failed(call.code) { counter(of: call) }
        total.increment()
    }

    private func counter(of call: CallMeasurement) -> Counter {
        calls.with(call.method.name, call.code.description)
    }
}

extension Server {
    func report(to metrics: Metrics) {
        metrics.gauge("rpc_in_flight", "Calls in flight, without streams.") { Double(self.inFlight) }
        metrics.gauge("rpc_streams", "Open streams.") { Double(self.streamCount) }
        metrics.gauge("rpc_connections", "Open connections.") { Double(self.connectionCount) }
    }
}
