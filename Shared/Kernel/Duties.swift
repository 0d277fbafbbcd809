/// The duties of an operator. A method for operators names the duty that it needs. An owner may call all of them.
package struct Duties: OptionSet, Hashable, Sendable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    /// Everything, and granting duties to others.
    package static let owner = Duties(rawValue: 1)
    /// Rooms, concerts, dates, seats and refunds.
    package static let sales = Duties(rawValue: 2)
    /// Check-in.
    package static let gate = Duties(rawValue: 4)
    /// Reports and audits, without changing anything.
    package static let read = Duties(rawValue: 8)

    package static let all: Duties = [.owner, .sales, .gate, .read]

    package static let names: [(duty: Duties, name: String)] = [
        (.owner, "owner"), (.sales, "sales"), (.gate, "gate"), (.read, "read"),
    ]
}

extension Duties {
    /// True if an operator with these duties may call a method for which one of `needed` suffices.
    package func suffice(for needed: Duties) -> Bool {
        needed.isEmpty || contains(.owner) || !isDisjoint(with: needed)
    }

    /// Each duty of the set, in the order of `names`.
    package var each: [Duties] { Self.names.map(\.duty).filter(contains) }

    /// `sales or read`
    package var alternatives: String { each.map(\.description).joined(separator: " or ") }
}

extension Duties: CustomStringConvertible {
    package var description: String {
        isEmpty ? "no duties" : Self.names.filter { contains($0.duty) }.map(\.name).joined(separator: " and ")
    }
}
