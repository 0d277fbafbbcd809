import Messages

/// The reason of a failure: a stable constant for programs, such as `SEAT_SOLD`. The generator writes the types.
package protocol Reason: RawRepresentable<String>, Hashable, Sendable {
    /// The code of every failure with this reason.
    var code: StatusCode { get }
    /// The problem and the remedy, for people.
    var sentence: String { get }
}

extension Reason {
    /// The reason of a domain, whose names the generator takes from the same contract.
    package init(_ refused: some RawRepresentable<String>) {
        guard let reason = Self(rawValue: refused.rawValue) else {
            preconditionFailure("the contract has no reason \(refused.rawValue)")
        }
        self = reason
    }
}

extension RPCFailure {
    /// Without a message, people read the sentence of the reason.
    package init(_ reason: some Reason, _ message: String? = nil) {
        self.init(reason.code, reason.rawValue, message ?? reason.sentence)
    }

    package func isBecause(_ reason: some Reason) -> Bool { self.reason == reason.rawValue }

    /// The failure of a request with a field that breaks a rule, such as “must be 1 to 50”. `got` is the value in the
    /// request, shortened.
    package static func invalid(_ field: String, _ rule: String, got: String = "") -> RPCFailure {
        let sentence = "\(field) \(rule)\(got.isEmpty ? "" : "; got \(got)")"
        var failure = RPCFailure(CallReason.invalidField, sentence)
        if let detail = try? FieldViolation(field: field, rule: rule, got: got).encoded() {
            failure.details = [Detail(type: FieldViolation.descriptor.name, value: detail)]
        }
        return failure
    }

    /// The broken rule of a failure INVALID_FIELD.
    package var violation: FieldViolation? {
        details.first { $0.type == FieldViolation.descriptor.name }.flatMap { try? FieldViolation(decoding: $0.value) }
    }
}
