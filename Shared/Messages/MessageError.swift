/// The reason why bytes are not a message, or why a message cannot be sent.
@usableFromInline
package struct MessageError: Error, Equatable, CustomStringConvertible {
    /// The full name of the field, or of the message if no field is the cause: `onsale.queue.v1.JoinRequest.room`. The
    /// path of a field that breaks a rule of the contract: `limits.active_limit`.
    package private(set) var field: String
    /// The problem, with the allowed values.
    package let problem: String
    /// The rule of the contract that the field breaks, such as “must be 1 to 50”.
    package let rule: String?
    /// The value of that field, shortened.
    package let got: String

    package init(_ field: String, _ problem: String) {
        self.field = field
        self.problem = problem
        rule = nil
        got = ""
    }

    /// A field that breaks a rule of the contract.
    package init(_ field: String, breaking rule: String, got: String) {
        self.field = field
        problem = "\(rule); got \(got)"
        self.rule = rule
        self.got = got
    }

    /// The error of the message that contains this one in `outer`.
    @usableFromInline
    func inside(_ outer: StaticString) -> MessageError {
        var error = self
        error.field = "\(outer).\(field)"
        return error
    }

    @usableFromInline package var description: String { "\(field): \(problem)" }
}
