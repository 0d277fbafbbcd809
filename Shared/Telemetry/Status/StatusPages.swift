struct StatusPage: Equatable {
    let status: UInt32
    var contentType = "text/plain; charset=utf-8"
    let body: String
}

/// The pages of the status port.
final class StatusPages: Sendable {
    private let metrics: Metrics
    private let health: Health

    init(metrics: Metrics, health: Health) {
        self.metrics = metrics
        self.health = health
    }

    static func reads(_ method: String) -> Bool { method == "GET" || method == "HEAD" }

    func page(method: String, path: String) -> StatusPage {
        guard Self.reads(method) else {
            return StatusPage(status: 405, body: "method not allowed: use GET or HEAD\n")
        }
        switch path {
        case "/metrics":
            return StatusPage(
                status: 200, contentType: "text/plain; version=0.0.4; charset=utf-8", body: metrics.prometheusText)
        case "/healthz":
            return StatusPage(status: 200, body: "ok\n")
        case "/readyz":
            let problems = health.problems
            if problems.isEmpty { return StatusPage(status: 200, body: "ready\n") }
            return StatusPage(status: 503, body: problems.map { "not ready: \($0)\n" }.joined())
        default:
            return StatusPage(status: 404, body: "not found: use /metrics, /healthz or /readyz\n")
        }
    }
}
