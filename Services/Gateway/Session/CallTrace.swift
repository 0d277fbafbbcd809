import Journeys
import Kernel
import RPC

extension TracedCall {
    /// One line for `--verbose`.
    var text: String {
        let outcome = failure.map { "failed: \($0.code) \($0.reason)" } ?? "ok"
        let id = requestID.map { ", request \($0)" } ?? ""
        return "gateway: \(service.rawValue) \(method), \(duration.milliseconds) ms, \(outcome)\(id)"
    }
}
