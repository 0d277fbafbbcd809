import Encoding

/// The last hexadecimal digits of an id. Lists show eight digits. Four or more find an id.
package struct IDSuffix: Sendable {
    private static let shownBytes = 4
    private static let minimumDigits = 4

    private let digits: String

    package init(_ text: String) {
        digits = text.lowercased().filter { $0 != "-" }
    }

    /// The suffix that lists show.
    package static func text(of id: [UInt8]) -> String { Hexadecimal.text(of: Array(id.suffix(shownBytes))) }

    /// True if the id ends in these digits. A suffix of fewer than four digits matches nothing.
    package func matches(_ id: [UInt8]) -> Bool {
        digits.count >= Self.minimumDigits && Hexadecimal.text(of: id).hasSuffix(digits)
    }
}
