import Kernel

/// The failure of a call.
///
/// A *definite* failure means that the call did not and will not take effect. After an *indefinite* one it may have.
/// Only a retry with the same request id finds out.
package struct RPCFailure: Error, Equatable, Sendable {
    package var code: StatusCode
    /// A stable constant for programs: `SEAT_SOLD`.
    package var reason: String
    /// For people: the problem and the remedy.
    package var message: String
    package var isIndefinite = false
    /// No handler received the request, so every request can be retried on any server.
    package var isNotProcessed = false
    /// The delay before a retry. Nil if the server gives none.
    package var retryAfter: Duration?
    package var details: [Detail] = []

    package init(_ code: StatusCode, _ reason: String, _ message: String) {
        self.code = code
        self.reason = reason
        self.message = message
    }

    package var indefinite: RPCFailure {
        var failure = self
        failure.isIndefinite = true
        failure.isNotProcessed = false
        return failure
    }

    package func notProcessed(retryAfter: Duration? = nil) -> RPCFailure {
        var failure = self
        failure.isNotProcessed = true
        failure.retryAfter = retryAfter
        return failure
    }
}

extension RPCFailure: CustomStringConvertible {
    package var description: String {
        var notes: [String] = []
        if isIndefinite { notes.append("it may have taken effect") }
        if isNotProcessed { notes.append("not processed") }
        if let retryAfter { notes.append("try again in \(retryAfter.milliseconds) ms") }
        return "\(code) \(reason): \(message)" + (notes.isEmpty ? "" : " (\(notes.joined(separator: ", ")))")
    }
}

/// A refusal of a domain, with its failure on the wire.
package protocol Refusal: Error {
    var failure: RPCFailure { get }
}

extension RPCFailure {
    private enum Flag {
        static let notProcessed: UInt32 = 1
        static let indefinite: UInt32 = 2
    }

    /// The maximum size of a message, because a failure must always fit into a frame.
    private static let maxMessageBytes = 4096

    /// The failure as a message.
    package var status: Status {
        var status = Status()
        status.code = code.number
        status.reason = reason
        status.message = message.withoutNUL(atMost: Self.maxMessageBytes)
        status.flags = (isNotProcessed ? Flag.notProcessed : 0) | (isIndefinite ? Flag.indefinite : 0)
        if let retryAfter { status.retryAfterMs = UInt32(clamping: max(1, retryAfter.milliseconds)) }
        status.details = details
        return status
    }

    init(_ status: Status) {
        self.init(StatusCode(number: status.code) ?? .unknown, status.reason, status.message)
        isNotProcessed = status.flags & Flag.notProcessed != 0
        isIndefinite = status.flags & Flag.indefinite != 0
        retryAfter = status.retryAfterMs == 0 ? nil : .milliseconds(status.retryAfterMs)
        details = status.details
    }
}

extension String {
    fileprivate func withoutNUL(atMost bytes: Int) -> String {
        guard utf8.count > bytes || utf8.contains(0) else { return self }
        return String(unicodeScalars.filter { $0 != "\0" }).beginning(atMost: bytes)
    }
}
