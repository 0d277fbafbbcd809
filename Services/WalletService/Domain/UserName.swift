/// The name with which a user signs in.
package struct UserName: Hashable, Sendable {
    package static let lengths = 3...32

    package let text: String

    package init(_ text: String) throws(WalletRefusal) {
        let letters = UInt8(ascii: "a")...UInt8(ascii: "z")
        let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
        let others = [UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_")]
        guard let first = text.utf8.first, letters.contains(first), Self.lengths.contains(text.utf8.count),
            text.utf8.allSatisfy({ letters.contains($0) || digits.contains($0) || others.contains($0) })
        else {
            throw .invalid(
                "name",
                "must have \(Self.lengths.lowerBound) to \(Self.lengths.upperBound) lower-case letters, digits, dots, hyphens and "
                    + "underscores, beginning with a letter")
        }
        self.text = text
    }
}
