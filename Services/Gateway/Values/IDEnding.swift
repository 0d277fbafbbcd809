import Kernel

/// The end of an id, as lists show it: enough to tell one's own things apart. A whole id is one, too.
struct IDEnding: Sendable {
    private static let shownBytes = 4
    private static let fewestDigits = 4

    private let digits: String

    init(_ typed: String) {
        digits = typed.lowercased().filter { $0 != "-" }
    }

    static func text(of id: [UInt8]) -> String { Hexadecimal.text(of: Array(id.suffix(shownBytes))) }

    func ends(_ id: [UInt8]) -> Bool {
        digits.count >= Self.fewestDigits && Hexadecimal.text(of: id).hasSuffix(digits)
    }
}
