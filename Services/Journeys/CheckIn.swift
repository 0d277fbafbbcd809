import ConcertAPI
import Kernel

/// Checks in tickets at one gate.
package struct CheckIn: Sendable {
    private let caller: ServiceCaller
    private let date: ConcertDate?
    private let gate: String
    private let window: Duration
    private var unanswered: [String: RequestID] = [:]

    /// A gate of one date refuses tickets for other dates, and one with a window those that come too early or too late.
    package init(at date: ConcertDate?, gate: String = "", within window: Duration = .zero, _ caller: ServiceCaller) {
        self.caller = caller
        self.date = date
        self.gate = gate
        self.window = window
    }

    /// The number of codes without an answer.
    package var unansweredCount: Int { unanswered.count }

    /// Checks in the ticket with this code. Blanks in the code are ignored, because scanners add them.
    ///
    /// A check-in without an answer may have taken effect. Its request id makes the next one of the same code a retry.
    package mutating func checkIn(_ text: String) async throws -> CheckInReply {
        let code = text.filter { !$0.isWhitespace }
        let id = unanswered.removeValue(forKey: code) ?? caller.newRequestID()
        do {
            return try await caller.call(
                ConcertMethods.checkIn, CheckInRequest(code: code, scheduleID: date?.id, gate: gate, window: window),
                requestID: id)
        } catch let failure as CallFailure {
            if failure.outcome == .indefinite || failure.outcome == .unavailable { unanswered[code] = id }
            throw failure
        }
    }
}
