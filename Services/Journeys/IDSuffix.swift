import Kernel

/// The last hexadecimal digits of an id. Lists show eight digits. Four or more find an id.
package struct IDSuffix: Sendable {
    private static let shownDigits = 8
    private static let minimumDigits = 4

    private let digits: String

    package init(_ text: String) {
        digits = text.lowercased().filter { $0 != "-" }
    }

    /// The suffix that lists show.
    package static func text<Entity>(of id: ID<Entity>) -> String { String(id.digits.suffix(shownDigits)) }

    /// True if the text can be a whole id or the end of one. The code of a ticket has other letters.
    package static func canBe(_ text: String) -> Bool {
        text.count >= minimumDigits && text.allSatisfy { $0.isHexDigit || $0 == "-" }
    }

    /// True if the id ends in these digits. A suffix of fewer than four digits matches nothing.
    package func matches<Entity>(_ id: ID<Entity>) -> Bool {
        digits.count >= Self.minimumDigits && id.digits.hasSuffix(digits)
    }
}
