import Kernel

// Duties in messages are values of the enum `Duty`.

extension Duties {
    private static let fields: [(duty: Duties, field: Duty)] = [
        (.owner, .owner), (.sales, .sales), (.gate, .gate), (.read, .read),
    ]

    /// The duties for a message.
    package var fields: [Duty] { Self.fields.filter { contains($0.duty) }.map(\.field) }

    /// The duties of a message. Ignores the unknown ones of a newer program.
    package init(fields: [Duty]) {
        self.init(Self.fields.filter { fields.contains($0.field) }.map(\.duty))
    }

    /// The duty in the field `duty` of a request.
    package init(field: Duty) throws(RPCFailure) {
        self.init(fields: [field])
        guard !isEmpty else { throw .invalid("duty", "must be OWNER, SALES, GATE or READ") }
    }
}
