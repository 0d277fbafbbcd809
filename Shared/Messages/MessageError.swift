/// The reason why bytes are not a message, or why a message cannot be sent.
@usableFromInline
package struct MessageError: Error, Equatable, CustomStringConvertible {
    /// The full name of the field, or of the message if no field is the cause: `onsale.queue.v1.JoinRequest.room`.
    package let field: String
    /// The problem, with the allowed values.
    package let problem: String

    package init(_ field: String, _ problem: String) {
        self.field = field
        self.problem = problem
    }

    @usableFromInline package var description: String { "\(field): \(problem)" }
}
