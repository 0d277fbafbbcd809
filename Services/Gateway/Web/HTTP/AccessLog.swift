import Kernel
import Telemetry

/// Writes a line for each answer. It contains nothing that can be a secret: no query, no header and no body.
struct AccessLog: Sendable {
    let log: Log

    func write(_ exchange: HTTPExchange, _ response: HTTPResponse, _ duration: Duration) {
        // Any other target is no path of this site, and may contain a password.
        let path = exchange.target.hasPrefix("/") ? Excerpt.of(String(exchange.target.prefix { $0 != "?" })) : "-"
        let bytes = exchange.methodName == "HEAD" ? 0 : response.body.count
        log.record(
            "request",
            [
                ("method", .text(exchange.methodName)), ("path", .text(path)), ("status", LogValue(response.status)),
                ("bytes", LogValue(bytes)), ("duration", .duration(duration)),
            ], request: exchange.requestID)
    }
}
