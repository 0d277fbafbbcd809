import Kernel

/// The name with which a user signs in.
package struct UserName: Hashable, Sendable {
    package static let lengths = 3...32

    package let text: String

    package init(_ text: String) throws(WalletRefusal) {
        guard Self.lengths.contains(text.utf8.count), text.isName(with: ".-_") else {
            throw .invalid(
                "name",
                "must have \(Self.lengths.lowerBound) to \(Self.lengths.upperBound) lower-case letters, digits, dots, hyphens and "
                    + "underscores, beginning with a letter")
        }
        self.text = text
    }
}
