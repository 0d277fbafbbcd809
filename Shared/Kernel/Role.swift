/// The role of a caller. A set of roles lists the callers of a method; the empty set allows everyone.
package struct Role: OptionSet, Hashable, Sendable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    package static let user = Role(rawValue: 1)
    package static let `operator` = Role(rawValue: 2)
    package static let service = Role(rawValue: 4)
    /// The web edge, which may only tell the address of its caller.
    package static let edge = Role(rawValue: 8)

    package static let names: [(role: Role, name: String)] = [
        (.user, "user"), (.operator, "operator"), (.service, "service"), (.edge, "edge"),
    ]
}

extension Role: CustomStringConvertible {
    package var description: String {
        isEmpty ? "anyone" : Self.names.filter { contains($0.role) }.map(\.name).joined(separator: " or ")
    }
}
