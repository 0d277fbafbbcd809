import Kernel
import Telemetry

/// What all daemons of a server share: the handler, the limits, the connections and the metrics.
final class HTTPService: Sendable {
    typealias Handler = @Sendable (HTTPRequest) async -> HTTPResponse

    let handler: Handler
    let limits: HTTPLimits
    let clock: any Clock
    /// True if browsers use https because a proxy encrypts for them.
    let isSecure: Bool
    let connections: HTTPConnections
    let inFlight: Gauge
    private let accessLog: AccessLog?
    private let responses: Family<Counter>
    private let durations: Histogram
    private let refusals: Family<Counter>

    init(
        _ handler: @escaping Handler, limits: HTTPLimits, clock: any Clock, isSecure: Bool, accessLog: AccessLog? = nil,
        metrics: Metrics
    ) {
        self.handler = handler
        self.limits = limits
        self.clock = clock
        self.isSecure = isSecure
        self.accessLog = accessLog
        let connections = HTTPConnections(limits, clock: clock)
        self.connections = connections
        inFlight = metrics.gauge("http_requests_in_flight", "Requests that a handler answers now.")
        responses = metrics.counters("http_responses_total", "Answers by HTTP status.", labels: ["status"])
        durations = metrics.histogram(
            "http_request_duration_seconds", "Time from the first line of a request to its answer.")
        refusals = metrics.counters(
            "http_connections_refused_total", "Connections that were closed before their first request.",
            labels: ["reason"])
        metrics.gauge("http_connections", "Open connections.") { Double(connections.count) }
    }

    /// Counts an answer, and writes it into the access log.
    func note(_ response: HTTPResponse, to exchange: HTTPExchange) {
        let duration = clock.uptime - exchange.startedAt
        responses.with("\(response.status)").increment()
        durations.observe(duration)
        accessLog?.write(exchange, response, duration)
    }

    func countRefusal(_ reason: String) {
        refusals.with(reason).increment()
    }
}
